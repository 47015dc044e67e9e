"""Every value that decides what a training run does."""

from __future__ import annotations

import difflib
import reprlib
from pathlib import Path
from typing import Any

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    ValidationError,
    field_validator,
    model_validator,
)

from qkeras_models.files.atomic_write import write_atomically
from qkeras_models.networks.by_layer import activation_bits_after
from qkeras_models.networks.hidden_layers import NOTATION, hidden_layers
from qkeras_models.networks.presets import PRESETS
from training.data.sets.known_sets import SETS
from training.data.targets.target_search import AUTO, LOSSES
from training.methods import METHODS
from training.pruning.fan_in import checked_fan_in
from training.pruning.minimum_density import check_minimum_density


class AugmentationConfig(BaseModel):
    """How far training images are deformed; see training.data.Augmentation for units."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    shift: float = Field(1.0, ge=0)
    shear: float = Field(0.15, ge=0)
    rotation: float = Field(0.0, ge=0)
    zoom: float = Field(0.0, ge=0, lt=1)
    elastic: float = Field(0.0, ge=0)
    flip: bool = False
    alternate: bool = False
    whole_pixels: bool = False


class TeacherConfig(BaseModel):
    """A trained network whose logits are learned too; see qkeras_models.distillation."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    model: str = Field(description="its .keras file")
    weight: float = Field(0.5, ge=0, le=1, description="a: of the teacher, 1 − a of the labels")
    temperature: float = Field(3.0, gt=0)
    pool: int = Field(0, ge=0, le=1000, description="epochs of batches; 0: new ones in every epoch")


class TrainingConfig(BaseModel):
    """Configuration of one run, recorded whole in its folder as config.yaml.

    Values come, later ones over earlier ones, from the defaults below, the preset, a YAML file,
    and the command line.  Unknown names are refused.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    data: str = Field("mnist", description=f"{', '.join(SETS)}, or a .npz file")
    data_folder: str | None = Field(
        None, description="folder with the files of MNIST, CIFAR-10 or jets"
    )
    validation: StrictInt | float | None = Field(
        None, gt=0, description="samples, or a share below 1"
    )
    loss: str = Field(AUTO, pattern=f"^({'|'.join(LOSSES)})$", description="auto: from y_train")
    augmentation: AugmentationConfig | None = Field(
        None, description="random deformation of training images; none by default"
    )

    method: str = Field("sparse", pattern=f"^({'|'.join(METHODS)})$")
    preset: str | None = Field(None, description=f"one of {', '.join(PRESETS)}")
    model: str | None = Field(
        None, description="a .keras file, made sparse ternary, instead of `hidden`"
    )
    hidden: list[int | str] = Field([64, 32], description=f"hidden layers: {NOTATION}")
    width: int = Field(1, ge=1, description="factor of every hidden layer's filters or neurons")
    input_bits: int | None = Field(None, ge=1, le=16, description="by default the data set's")
    input_signed: bool | None = Field(None, description="by default found from the data")
    input_scale: float | list[float] | None = Field(None, description="by default from the data")
    thermometer: int | None = Field(
        None, ge=0, le=255, description="thresholds of a feature; 0: none. By default the better"
    )
    thermometer_budget: int | None = Field(
        None, ge=1, description="thresholds of all features, more where they say more about y"
    )
    train_thresholds: bool = Field(False, description="whether those thresholds move")
    activation_bits: int | dict[str, int] = Field(
        2, description="1 to 4, after every hidden layer, or by the layer's name"
    )
    first_layer_bits: int | None = Field(
        None, ge=2, le=8, description="of weights, none pruned. By default ternary, as in others"
    )
    fan_in: dict[str, int | None] = Field(
        {}, description="most nonzero weights of an output, by the layer's name"
    )
    gradual: bool = Field(False, description="whether weights leave for good in stage 1 already")
    threshold: float = Field(0.3, gt=0, lt=1, description="initial η of every layer")
    window: float = Field(0.1, gt=0, le=1, description="τ of gradient and soft count")

    sparsity: float | None = Field(0.95, ge=0, lt=1, description="wanted at the end of stage 1")
    strength: float | None = Field(None, ge=0, description="λ itself, instead of sparsity")
    cost: str = Field("memory", pattern="^(memory|macs|luts|positions)$")
    l2: float = Field(1e-5, ge=0, description="λ₂ of stage 1")
    survivors: str = Field("ternary", pattern="^(ternary|binary)$")
    min_density: float | dict[str, float] = Field(0.0, description="of every layer, or by name")

    stage1_epochs: int = Field(30, ge=0)
    stage3_epochs: int = Field(20, ge=0)
    normalization_epochs: int = Field(0, ge=0, description="at the end, of nothing else")
    normalization_learning_rate: float = Field(3e-3, gt=0, description="of those epochs")
    batch_size: int = Field(256, ge=1)
    learning_rate: float = Field(3e-3, gt=0)
    retrain_learning_rate: float = Field(1.0, gt=0, description="of stage 3, as a factor")
    average: float = Field(0.0, ge=0, lt=1, description="momentum of averaged weights; 0: none")
    precision: str = Field("float32", pattern="^(float32|mixed_bfloat16)$")
    seed: int = Field(0, ge=0, lt=2**31)
    teacher: TeacherConfig | None = Field(None, description="{model, weight, temperature, pool}")
    checkpoint_seconds: float = Field(10.0, ge=0, description="0: after every epoch")

    @field_validator("hidden")
    @classmethod
    def _known_layers(cls, hidden: list[int | str]) -> list[int | str]:
        hidden_layers(hidden)
        return hidden

    @field_validator("activation_bits")
    @classmethod
    def _bits(cls, bits: int | dict[str, int]) -> int | dict[str, int]:
        activation_bits_after(bits)
        return bits

    @field_validator("fan_in")
    @classmethod
    def _limits(cls, fan_in: dict[str, int | None]) -> dict[str, int]:
        """Without those of no limit, which a search may choose."""
        return dict(checked_fan_in({name: k for name, k in fan_in.items() if k is not None}))

    @field_validator("min_density")
    @classmethod
    def _densities(cls, minimum: float | dict[str, float]) -> float | dict[str, float]:
        check_minimum_density(minimum)
        return minimum

    @model_validator(mode="after")
    def _one_of_sparsity_and_strength(self) -> TrainingConfig:
        if self.strength is not None:
            self.sparsity = None
        elif self.sparsity is None:
            raise ValueError("one of `sparsity` and `strength` must be given")
        if self.strength is not None and not METHODS[self.method].by_strength:
            raise ValueError(
                f"`sparsity` must be given, not `strength`, with `method` {self.method}"
            )
        return self

    @model_validator(mode="after")
    def _weights_that_leave_early(self) -> TrainingConfig:
        allowed = [method.name for method in METHODS.values() if method.leaves_early]
        for name in ("fan_in", "gradual"):
            if getattr(self, name) and self.method not in allowed:
                raise ValueError(
                    f"`method` must be {' or '.join(allowed)} with `{name}`. "
                    f"Received: {self.method}"
                )
        if self.gradual and self.sparsity is None:
            raise ValueError(f"`gradual` needs a `sparsity`. Received: strength {self.strength}")
        return self

    @model_validator(mode="after")
    def _something_to_train(self) -> TrainingConfig:
        if not self.stage1_epochs and (
            self.model is None or self.stage3_epochs or not self.normalization_epochs
        ):
            raise ValueError(
                "`stage1_epochs` must be >= 1, or 0 with a trained `model`, `normalization_epochs` "
                f"and 0 `stage3_epochs`. Received: 0, model {self.model}, normalization_epochs "
                f"{self.normalization_epochs}, stage3_epochs {self.stage3_epochs}"
            )
        return self

    @model_validator(mode="after")
    def _method_of_a_model(self) -> TrainingConfig:
        allowed = [method.name for method in METHODS.values() if method.of_model]
        if self.model is not None and self.epochs and self.method not in allowed:
            raise ValueError(
                f"`method` must be {', '.join(allowed)} with a `model`. Received: {self.method}"
            )
        if self.thermometer_budget is not None and not self.thermometer:
            raise ValueError(
                "`thermometer_budget` needs a `thermometer`, the most thresholds of one feature. "
                f"Received: {self.thermometer}"
            )
        if self.train_thresholds and not self.thermometer:
            raise ValueError(
                "`train_thresholds` needs a `thermometer`, 1 to 255 thresholds of each feature. "
                f"Received: {self.thermometer}"
            )
        formats = "input_signed", "input_scale"
        found = [name for name in formats if getattr(self, name) is not None]
        if self.thermometer and found:
            raise ValueError(
                "a `thermometer` finds signs and scales of the features itself: leave out "
                f"{' and '.join(f'`{name}`' for name in found)}"
            )
        if self.model is not None and self.thermometer:
            raise ValueError(
                "`thermometer` must be 0 with a `model`, whose first layer has weights of its own. "
                f"Received: {self.thermometer}"
            )
        return self

    @property
    def epochs(self) -> int:
        return self.stage1_epochs + self.stage3_epochs

    @property
    def distilled(self) -> bool:
        """Whether a teacher has a part in the loss."""
        return self.teacher is not None and self.teacher.weight > 0

    def save(self, path: Path) -> None:
        """Writes every value as YAML."""
        write_atomically(path, yaml.safe_dump(self.model_dump(), sort_keys=False))


def build_config(*sources: dict[str, Any]) -> TrainingConfig:
    """A configuration from mappings, later ones over earlier ones, preset first.

    Raises:
        ValueError: naming a value that is unknown or out of range, and what is allowed.
    """
    given: dict[str, Any] = {}
    for source in sources:
        if source.get("sparsity") is not None and source.get("strength") is not None:
            raise ValueError("one of `sparsity` and `strength` must be given. Received: both")
        for name, other in (("sparsity", "strength"), ("strength", "sparsity")):
            if source.get(name) is not None:
                given[other] = None
        given.update(source)
    preset = given.get("preset")
    if preset is not None and preset not in PRESETS:
        raise ValueError(f"`preset` must be one of {', '.join(PRESETS)}. Received: {preset!r}")
    recipe = PRESETS[preset] if preset else {}
    try:
        return TrainingConfig(**{**recipe, **given})
    except ValidationError as error:
        models = (TrainingConfig, AugmentationConfig, TeacherConfig)
        raise ValueError(explain(error, *models)) from None


def explain(error: ValidationError, *models: type[BaseModel]) -> str:
    """What is wrong with a configuration, a line each; near misses of the models' names too."""
    known = [name for model in models for name in model.model_fields]
    return "\n".join(_explain(part, known) for part in error.errors())


def _explain(error: Any, known: list[str]) -> str:
    name = ".".join(map(str, error["loc"])) or "configuration"
    if error["type"] == "extra_forbidden":
        return unknown_name(name, known)
    if error["type"] == "value_error" and not error["loc"]:
        return str(error["ctx"]["error"])
    return f"`{name}`: {error['msg']}. Received: {reprlib.repr(error['input'])}"


def unknown_name(name: str, known: list[str]) -> str:
    """That a name is unknown, and which known one is near it."""
    near = difflib.get_close_matches(name.rpartition(".")[2], known, n=1)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return f"`{name}` is no known value{hint}"
