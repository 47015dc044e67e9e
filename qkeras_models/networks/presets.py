"""Named networks and the training that suits each."""

from typing import Any

_AUGMENTATION = {"shift": 1.0, "shear": 0.15}
_MNIST = {
    "data": "mnist",
    "input_bits": 1,
    "activation_bits": 2,
    "augmentation": _AUGMENTATION,
    "l2": 2e-5,
}

_CIFAR10 = {
    "data": "cifar10",
    "input_bits": 8,
    "activation_bits": 2,
    "augmentation": {
        "shift": 4.0, "shear": 0.0, "flip": True, "alternate": True, "whole_pixels": True,
    },
    "sparsity": 0.95,
    "min_density": 0.02,
    "l2": 1e-5,
    "learning_rate": 0.02,
    "retrain_learning_rate": 0.2,
    # 90 whole batches of the 45,000 training images.
    "batch_size": 500,
    "stage1_epochs": 110,
    "stage3_epochs": 75,
}

PRESETS: dict[str, dict[str, Any]] = {
    "mnist-small": {
        **_MNIST,
        "hidden": [256, 64],
        # Survivors that become 0 in stage 3 bring it to 98.1 %.
        "sparsity": 0.979,
        "stage1_epochs": 42,
        "stage3_epochs": 24,
    },
    "mnist-narrow": {
        **_MNIST,
        "hidden": [64, 32],
        "sparsity": 0.95,
        "stage1_epochs": 42,
        "stage3_epochs": 24,
    },
    # Each neuron of its first layer is one LUT6: few LUTs in a row.
    "mnist-fast": {
        **_MNIST,
        "hidden": [600, 300],
        "fan_in": {"dense_1": 6},
        "activation_bits": {"dense_1": 1},
        "gradual": True,
        "sparsity": 0.979,
        "cost": "luts",
        "l2": 1e-5,
        "learning_rate": 0.004,
        "stage1_epochs": 80,
        "stage3_epochs": 16,
    },
    "lenet-300-100": {
        **_MNIST,
        "hidden": [300, 100],
        "sparsity": 0.98,
        "stage1_epochs": 40,
        "stage3_epochs": 30,
    },
    "sfc": {
        **_MNIST,
        "hidden": [256, 256, 256],
        "sparsity": 0.98,
        "stage1_epochs": 40,
        "stage3_epochs": 30,
    },
    "lfc": {
        **_MNIST,
        "hidden": [1024, 1024, 1024],
        "sparsity": 0.99,
        "l2": 2e-6,
        "learning_rate": 0.01,
        "stage1_epochs": 36,
        "stage3_epochs": 14,
    },
    "lenet5": {
        **_MNIST,
        "input_bits": 2,
        "hidden": ["20c5v", "p2", "50c5v", "p2", 500],
        "sparsity": 0.98,
        "min_density": {"conv2d_1": 0.3, "conv2d_2": 0.05},
        "batch_size": 128,
        "stage1_epochs": 24,
        "stage3_epochs": 16,
    },
    # Pixel after pixel: 784 clock cycles an image, and the fewest LUTs.
    "mnist-stream": {
        **_MNIST,
        "input_bits": 2,
        "hidden": ["12c5v", "p2", "20c5v", "p2", "40c4v"],
        "gradual": True,
        "average": 0.999,
        "sparsity": 0.94,
        "cost": "positions",
        "min_density": {"conv2d_1": 0.3, "conv2d_2": 0.05},
        "learning_rate": 0.004,
        "batch_size": 128,
        "stage1_epochs": 80,
        "stage3_epochs": 25,
    },
    "cifar-vgg": {
        "data": "cifar10",
        "input_bits": 8,
        "activation_bits": 2,
        "hidden": ["1c3", "1c3", "p2", "2c3", "2c3", "p2", "4c3", "4c3", "p2", 8],
        "width": 16,
        "augmentation": {"shift": 4.0, "shear": 0.0, "flip": True, "whole_pixels": True},
        "sparsity": 0.9,
        "min_density": 0.02,
        "l2": 1e-5,
        "learning_rate": 0.01,
        "batch_size": 128,
        "stage1_epochs": 60,
        "stage3_epochs": 40,
    },
    # FINN's and Brevitas's network: five sixths of its weights stand where images are smallest.
    "cnv": {
        **_CIFAR10,
        "hidden": ["64c3v", "64c3v", "p2", "128c3v", "128c3v", "p2", "256c3v", "256c3v", 512, 512],
    },
    # A float network three times as wide, from which the others learn.
    "cifar-teacher": {
        **_CIFAR10,
        "hidden": [
            "64c3", "64c3", "p2", "128c3", "256c3", "p2", "256c3", "512c3", "p2", "512c3", "p4",
        ],
        "method": "float",
        "learning_rate": 0.003,
        "stage1_epochs": 30,
        "stage3_epochs": 0,
    },
    # The jet tagger of hls4ml, on comparisons with thresholds.
    "jets": {
        "data": "jets",
        "thermometer": 31,
        "activation_bits": 3,
        "hidden": [64, 32, 32],
        "sparsity": 0.967,
        "cost": "luts",
        "learning_rate": 0.006,
        "stage1_epochs": 45,
        "stage3_epochs": 30,
    },
    # Pools early: most weights see 8×8 positions or fewer.
    "cifar-fast": {
        **_CIFAR10,
        "hidden": ["1c3", "p2", "1c3", "4c3", "p2", "4c3", "4c3", "p2", "4c3", "p4"],
        "width": 64,
    },
}
