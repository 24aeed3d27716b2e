"""PyTorch for the readers that stand on it."""

import torch


def use(threads):
    """Set its threads, and let torchvision load beside a torch for CPUs alone.

    The index's torchvision is compiled for its torch with CUDA: beside another its compiled part is left out, and it
    stumbles over two operators that are missing then. No reader here calls them; declared, they are no hindrance.
    """
    torch.set_num_threads(threads)
    try:
        import torchvision  # noqa: F401
    except RuntimeError:
        for name in ("nms", "qnms"):
            _declared.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")


_declared = torch.library.Library("torchvision", "FRAGMENT")  # as long as it lives, what it declares is there
