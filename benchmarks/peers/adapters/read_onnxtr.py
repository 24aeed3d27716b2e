"""OnnxTR, its default networks. It has no way to keep to digits; it downloads them when it is first run."""

from protocol import answer


def reader(options):
    import cv2
    from onnxruntime import SessionOptions
    from onnxtr.io import DocumentFile
    from onnxtr.models import EngineConfig, ocr_predictor

    cv2.setNumThreads(options.threads)
    session = SessionOptions()
    session.intra_op_num_threads = session.inter_op_num_threads = options.threads
    engine = EngineConfig(session_options=session)
    try:
        predictor = ocr_predictor(det_engine_cfg=engine, reco_engine_cfg=engine)
    except OSError as exc:
        raise SystemExit(f"its networks are in no package, and could not be downloaded ({type(exc).__name__})") from exc

    def read(path):
        pages = predictor(DocumentFile.from_images([path])).pages
        lines = (line for page in pages for block in page.blocks for line in block.lines)
        return [(word.value, word.confidence) for line in lines for word in line.words]

    return read


answer(reader, ("onnxtr", "onnxruntime"))
