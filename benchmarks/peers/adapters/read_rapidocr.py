"""RapidOCR: PP-OCRv6. It has no way to keep to digits; pictures are upright, so that its classifier of angles rests."""

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
        out = engine(path)
        return zip(out.txts or (), out.scores or (), strict=True) if hasattr(out, "txts") else ()

    # Networks are opened, or downloaded, when they are first needed: where there are none, say so now.
    engine._load_det_model()
    engine._load_rec_model()
    return read


answer(reader, ("rapidocr", "onnxruntime"))
