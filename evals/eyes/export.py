"""Writes trained weights as an ONNX graph: pixels and the family asked about in, calibrated probabilities out."""

# jax and onnx are the training extra (dependency group eyes): where they are not installed nothing of this is checked.
# pyright: reportMissingImports=false

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from reson.agent.reading.picture.labels import FITS, KINDS, STATUSES
from reson.agent.reading.picture.pixels import HEIGHT, WIDTH
from reson.evals.eyes.network import SIZES, Sizes, Weights, standardised
from reson.evals.eyes.usual import Usual

Array = np.ndarray


class Graph:
    """Nodes and constants of an ONNX graph while it is put together."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: Array, kind: type = np.float32) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value, kind), name))
        return name

    def add(self, operation: str, *inputs: str, out: str = "", **attributes: Any) -> str:
        name = out or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, list(inputs), [name], **attributes))
        return name


def export(w: Weights, temperatures: dict[str, float], usual: Usual, path: Path, sizes: Sizes = SIZES) -> None:
    """``temperatures``: of the logits of status, fit and kind, by which they are divided."""
    g = Graph()
    matrix = {name: np.asarray(standardised(w, name)) for name in w if f"{name}.g" in w}
    bias = {name: np.asarray(w[f"{name}.b"]) for name in w if f"{name}.b" in w}

    def conv(x: str, weights: Array, name: str, step: int, pad: int, groups: int = 1) -> str:
        """``weights``: (out, in, high, wide)."""
        inputs = [x, g.constant(weights), *([g.constant(bias[name])] if name in bias else [])]
        return g.add("Conv", *inputs, strides=[step] * 2, pads=[pad] * 4, group=groups)

    def dense(x: str, name: str) -> str:
        values = matrix[name] if name in matrix else np.asarray(w[name])
        return g.add("Gemm", x, g.constant(values), g.constant(bias[name]))

    def nine(name: str) -> Array:
        """Rows are the 3 x 3 neighbours, then channels."""
        return matrix[name].reshape(3, 3, -1, matrix[name].shape[1]).transpose(3, 2, 0, 1)

    def residual(x: str, name: str, inner: str) -> str:
        return g.add("Add", x, g.add("Mul", inner, g.constant(np.asarray(w[f"{name}.a"]).reshape(1, 1, 1, 1))))

    def apart(x: str, name: str) -> str:
        weights = np.asarray(w[f"{name}.dw"])
        return conv(x, weights.reshape(3, 3, -1).transpose(2, 0, 1)[:, None], "", 1, 1, weights.shape[1])

    def one_by_one(name: str) -> Array:
        return matrix[name].T[:, :, None, None]

    x = g.add("Transpose", g.add("Cast", "pixels", to=TensorProto.FLOAT), perm=[0, 3, 1, 2])
    x = g.add("Sub", g.add("Div", x, g.constant(np.array(128.0))), g.constant(np.array(1.0)))
    # (block row, block column, row, column, colour) -> 8 x 8 around
    eight = matrix["patch"].reshape(2, 2, 4, 4, 3, -1).transpose(5, 4, 0, 2, 1, 3).reshape(sizes.first, 3, 8, 8)
    x = g.add("Relu", conv(x, eight, "patch", 4, 2))
    x = g.add("Relu", conv(x, nine("down1"), "down1", 2, 1))
    for n in range(sizes.blocks[0]):
        inner = conv(apart(x, f"mid{n}"), one_by_one(f"mid{n}.pw"), f"mid{n}.pw", 1, 0)
        x = residual(x, f"mid{n}", g.add("Relu", inner))
    x = g.add("Relu", conv(x, nine("down2"), "down2", 2, 1))
    for n in range(sizes.blocks[1]):
        inner = g.add("Relu", conv(apart(x, f"late{n}"), one_by_one(f"late{n}.up"), f"late{n}.up", 1, 0))
        x = residual(x, f"late{n}", conv(inner, one_by_one(f"late{n}.pw"), f"late{n}.pw", 1, 0))
    x = g.add("Relu", x)
    columns = g.add(
        "Transpose", g.add("ReduceMean", x, g.constant(np.array([2]), np.int64), keepdims=0), perm=[0, 2, 1]
    )
    profile = g.add("Relu", dense(g.add("Flatten", columns), "profile"))
    both = [g.add("Flatten", g.add(how, x)) for how in ("GlobalAveragePool", "GlobalMaxPool")]
    pooled = g.add("Concat", *both, profile, axis=1)
    about = g.add("MatMul", "asked", g.constant(np.asarray(w["asked"])))
    hidden = g.add("Relu", dense(g.add("Concat", pooled, about, axis=1), "hidden"))
    seen = g.add("Relu", dense(pooled, "features"))
    for name, of in (("status", hidden), ("fit", hidden), ("kind", seen)):
        g.add("Div", dense(of, name), g.constant(np.array(temperatures[name])), out=name)
    _strange(g, seen, usual)
    graph = helper.make_graph(
        g.nodes,
        "eyes",
        [
            helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", HEIGHT, WIDTH, 3]),
            helper.make_tensor_value_info("asked", TensorProto.FLOAT, ["n", len(KINDS)]),
        ],
        [
            helper.make_tensor_value_info("status", TensorProto.FLOAT, ["n", len(STATUSES)]),
            helper.make_tensor_value_info("fit", TensorProto.FLOAT, ["n", len(FITS)]),
            helper.make_tensor_value_info("kind", TensorProto.FLOAT, ["n", len(KINDS)]),
            helper.make_tensor_value_info("strange", TensorProto.FLOAT, ["n"]),
        ],
        g.constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())


def _strange(g: Graph, seen: str, usual: Usual) -> None:
    """How far the features lie from those of the nearest kind, in units of what training pictures have at most."""
    x = g.add("MatMul", seen, g.constant(usual.whiten))
    own = g.add("ReduceSumSquare", x, g.constant(np.array([1]), np.int64), keepdims=1)
    cross = g.add("MatMul", x, g.constant(-2.0 * usual.centres.T))
    all_of = g.add("Add", g.add("Add", own, cross), g.constant((usual.centres**2).sum(1)[None, :]))
    nearest = g.add("ReduceMin", all_of, g.constant(np.array([1]), np.int64), keepdims=0)
    g.add("Div", nearest, g.constant(np.array(usual.limit)), out="strange")
