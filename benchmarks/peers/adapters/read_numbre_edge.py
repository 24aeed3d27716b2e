"""numbre-edge, by its Reader."""

from protocol import answer


def reader(options):
    import cv2

    from numbre_edge import Reader

    cv2.setNumThreads(options.threads)
    read = Reader(backend=options.backend, finder=options.finder).read
    return lambda path: [(reading.text, reading.confidence) for reading in read(path)]


answer(reader, ("numbre-edge", "onnxruntime", "opencv-python-headless"))
