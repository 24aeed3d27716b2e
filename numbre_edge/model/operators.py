"""What a network that runs from front to back is made of: the operators that are run, of each format.

Left out is what may never end or be no arithmetic at all: loops, branches and calls, random numbers, texts, decoders,
and operators that only one runtime knows.
"""

from __future__ import annotations

# Of ONNX's own domain, up to its opset 24: https://onnx.ai/onnx/operators/
_ONNX = (
    "Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast CastLike Ceil Celu Clip Concat Constant "
    "ConstantOfShape Conv ConvInteger ConvTranspose Cos DepthToSpace DequantizeLinear Div Dropout "
    "DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand Flatten Floor GRU Gather GatherElements GatherND Gelu "
    "Gemm GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual GroupNormalization HardSigmoid HardSwish Hardmax "
    "Identity InstanceNormalization LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax "
    "LpNormalization LpPool MatMul MatMulInteger Max MaxPool Mean MeanVarianceNormalization Min Mish Mod Mul Neg "
    "Not Or PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear RMSNormalization RNN Range Reciprocal ReduceL1 "
    "ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu "
    "Reshape Resize Round Selu Shape Sigmoid Sign Sin Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt "
    "Squeeze Sub Sum Swish Tanh ThresholdedRelu Tile Transpose Trilu Unsqueeze Upsample Where Xor "
)
ONNX = frozenset(_ONNX.split())

# Of TensorFlow Lite, by BuiltinOperator's numbers in its schema.fbs. From the first 129 go lookups and hashes of texts
# (7, 10, 15, 29, 30, 33), CALL, CUSTOM and DELEGATE (31, 32, 51), IF and WHILE (118, 119), suppressions of boxes (120,
# 121) and a placeholder (127); of the later ones come BROADCAST_TO, CONV_3D, REDUCE_ALL, CONV_3D_TRANSPOSE,
# BROADCAST_ARGS, GELU, RELU_0_TO_1 and SIGN.
TFLITE = frozenset(range(129)) - {7, 10, 15, 29, 30, 31, 32, 33, 51, 118, 119, 120, 121, 127}
TFLITE |= {130, 132, 140, 141, 145, 150, 152, 158}
