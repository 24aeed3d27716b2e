"""RapidOCR: PP-OCRv6. It has no way to keep to digits; pictures are upright, so that its classifier of angles rests.

``--set detection off`` takes a picture for one line.
"""

from protocol import answer


def reader(options):
    from rapidocr import ModelType, RapidOCR

    size = ModelType(options.size)
    engine = RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.log_level": "error",
            "Det.model_type": size,
            "Rec.model_type": size,
            "EngineConfig.onnxruntime.intra_op_num_threads": options.threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": options.threads,
        }
    )

    def read(path):
        out = engine(path, use_det=options.detection == "on")
        return zip(out.txts or (), out.scores or (), strict=True) if hasattr(out, "txts") else ()

    try:
        engine._load_det_model(), engine._load_rec_model()  # rather than with the first picture
    except Exception as exc:
        raise SystemExit(f"its networks are in no package, and could not be downloaded ({type(exc).__name__})") from exc
    return read


answer(reader, ("rapidocr", "onnxruntime"))
