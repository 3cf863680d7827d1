"""The loss and the gradient of each case on standard input, by PyTorch, as JSON."""

import json
import sys

import torch


def answer(case):
    parameters = torch.tensor(case["parameters"], requires_grad=True)
    values = torch.tensor(case["inputs"])
    for index, layer in enumerate(case["layers"]):
        if index > 0:
            values = {"relu": torch.relu, "selu": torch.selu}[case["activation"]](values)
        # The same masks: what each unit is multiplied by, and what is added.
        if layer["factors"] is not None:
            values = values * torch.tensor(layer["factors"]) + torch.tensor(layer["shifts"])
        start, end = layer["weights"]
        weights = parameters[start:end].reshape(values.shape[1], -1).T
        start, end = layer["biases"]
        values = torch.nn.functional.linear(values, weights, parameters[start:end])
        if layer["scales"] is not None:
            scales, shifts = (parameters[slice(*layer[name])] for name in ("scales", "norm_shifts"))
            values = torch.nn.functional.batch_norm(
                values, None, None, weight=scales, bias=shifts, training=True
            )
    loss = torch.nn.functional.cross_entropy(values, torch.tensor(case["classes"]))
    loss.backward()
    return {"loss": loss.item(), "gradient": parameters.grad.tolist()}


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
