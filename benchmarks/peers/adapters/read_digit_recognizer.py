"""digit-recognizer-py: takes every picture for one digit."""

from protocol import answer


def reader(options):
    import torch_on_cpu

    torch_on_cpu.use(options.threads)
    from digit_recognizer import DigitRecognizer

    recognizer = DigitRecognizer(device="cpu")

    def read(path):
        result = recognizer.predict(path, detailed=True)
        return [(str(result.digit), result.confidence)]

    return read


answer(reader, ("digit-recognizer-py", "torch", "torchvision"))
