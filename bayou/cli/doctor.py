"""``bayou doctor``: what there is to work with on this computer. Knows where to look; changes nothing."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import platform
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click

from bayou.cache import cache_folder, cached_items
from bayou.cli.terminal import megabytes, version, write_result
from bayou.reading.manifest import file_sha256
from bayou.reading.wheel_models import DETECTOR, RECOGNISER, import_openvino, wheel_model

PROBLEM = 1
"""Exit code where something is missing without which `bayou read` can't work."""

PACKAGES = (
    "click",
    "filelock",
    "httpx",
    "httpx2",
    "huggingface_hub",
    "jsonschema",
    "numpy",
    "opencv-python-headless",
    "openvino",
    "pillow",
    "platformdirs",
    "psutil",
    "pypdfium2",
    "rapidocr",
    "rich",
    "safetensors",
    "sentencepiece",
)
"""What reading needs (a test holds this equal to pyproject.toml)."""

EXTRAS = {
    "bulk": ("fsspec", "pyarrow", "ray"),
    "data": ("fonttools", "pyarrow"),
    "evaluate": ("apted", "nltk", "rapidfuzz"),
    "export": ("gguf",),
    "extract": ("llguidance",),
    "hub-data": ("datasets", "fonttools", "pyarrow"),
    "postgres": ("pg8000",),
    "s3": ("s3fs",),
    "serve": ("fastapi", "prometheus-client", "python-multipart", "sqlalchemy", "uvicorn"),
    "torch": ("torch",),
    "train": ("torch", "fonttools", "matplotlib", "onnx", "pyarrow", "rapidfuzz", "tensorboard"),
    "xlsx": ("openpyxl",),
}
"""Extras a user may want, and their packages (a test holds this equal to pyproject.toml)."""


@dataclass(slots=True)
class Health:
    """What was found, ready for JSON, and what keeps `bayou read` from working, or doesn't but is wrong."""

    bayou: str
    python: dict[str, str]
    system: str
    processor: dict[str, Any]
    memory: dict[str, int]
    packages: dict[str, str | None]
    openvino_devices: list[dict[str, Any]]
    models: dict[str, dict[str, Any]]
    pulled: dict[str, dict[str, Any]]
    cache: dict[str, Any]
    extras: dict[str, dict[str, Any]]
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@click.command(short_help="Tell what bayou finds on this computer.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs and reports of faults.")
def doctor(as_json: bool) -> int:
    """Tell what bayou finds on this computer: processor, memory, packages, devices, models, cache, extras.

    Exit code 1 where something is missing without which `bayou read` can't work. Nothing is sent anywhere.
    """
    health = examine()
    if as_json:
        write_result(json.dumps(asdict(health), indent=2) + "\n")
    else:
        write_result(_as_text(health))
    return PROBLEM if health.problems else 0


def examine() -> Health:
    """Looks at everything once; what can't be found is a problem in the result, never an exception."""
    import psutil

    problems: list[str] = []
    remarks: list[str] = []
    packages = {name: _installed(name) for name in PACKAGES}
    problems += [
        f"the package {name} is not installed: pip install {name}" for name, found in packages.items() if not found
    ]
    devices = _devices(problems)
    memory = psutil.virtual_memory()
    items = cached_items()
    return Health(
        bayou=version(),
        python={"version": platform.python_version(), "path": sys.executable},
        system=platform.platform(),
        processor=_processor(devices),
        memory={"total": memory.total, "available": memory.available},
        packages=packages,
        openvino_devices=devices,
        models={"nano": _nano(problems), "ppocr": _ppocr(problems)},
        pulled=_pulled(remarks),
        cache={"folder": str(cache_folder()), "size": sum(item.size for item in items), "items": len(items)},
        extras={name: _extra(name, parts) for name, parts in EXTRAS.items()},
        problems=problems,
        remarks=remarks,
    )


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor(devices: list[dict[str, Any]]) -> dict[str, Any]:
    import psutil

    name = next((device["full_name"] for device in devices if device["name"] == "CPU"), platform.processor())
    return {
        "name": name,
        "architecture": platform.machine(),
        "cores": psutil.cpu_count(logical=False),
        "threads": os.cpu_count(),
        "features": _features(),
    }


def _features() -> list[str]:
    """Vector instructions that the processor has, as NumPy finds them on every system."""
    if importlib.util.find_spec("numpy") is None:
        return []
    import numpy as np

    extensions = np.show_config(mode="dicts")["SIMD Extensions"]
    return [*extensions.get("baseline", []), *extensions.get("found", [])]


def _devices(problems: list[str]) -> list[dict[str, Any]]:
    try:
        core = import_openvino().Core()
    except Exception as error:  # a broken installation shows itself in many ways, and a doctor must tell of each
        problems.append(f"OpenVINO can't be used: {error}")
        return []
    return [
        {
            "name": name,
            "full_name": core.get_property(name, "FULL_DEVICE_NAME"),
            "capabilities": sorted(core.get_property(name, "OPTIMIZATION_CAPABILITIES")),
        }
        for name in core.available_devices
    ]


def _nano(problems: list[str]) -> dict[str, Any]:
    folder = Path(__file__).resolve().parent.parent / "assets" / "nano"
    files = [path for path in sorted(folder.glob("*")) if path.is_file()]
    if not (folder / "model.safetensors").is_file():
        problems.append(f"the default model is missing: no model.safetensors in {folder}; install bayou again")
    return {"folder": str(folder), "files": [_described(path) for path in files]}


def _ppocr(problems: list[str]) -> dict[str, Any]:
    from bayou.errors import ModelError

    try:
        files = [wheel_model(DETECTOR), wheel_model(RECOGNISER)]
    except ModelError as error:
        problems.append(str(error))
        return {"folder": "", "files": []}
    return {"folder": str(files[0].parent), "files": [_described(path) for path in files]}


def _pulled(remarks: list[str]) -> dict[str, dict[str, Any]]:
    """Models that `bayou pull` recorded. Their weights are large, so their hashes aren't computed again."""
    from bayou.engine.pulled import is_there, pulled_models
    from bayou.errors import UsageError

    try:
        found = pulled_models()
    except UsageError as error:
        remarks.append(str(error))
        return {}
    return {
        name: {**asdict(model), "there": is_there(model), "size": _folder_size(Path(model.folder))}
        for name, model in sorted(found.items())
    }


def _folder_size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*") if path.is_file())


def _described(path: Path) -> dict[str, Any]:
    return {"name": path.name, "size": path.stat().st_size, "sha256": file_sha256(path)}


def _extra(name: str, packages: tuple[str, ...]) -> dict[str, Any]:
    found = {package: _installed(package) for package in packages}
    missing = [package for package, installed in found.items() if installed is None]
    return {"packages": found, "missing": missing, "install": f'pip install "bayou[{name}]"'}


def _as_text(health: Health) -> str:
    processor, memory = health.processor, health.memory
    lines = [
        f"bayou      {health.bayou}",
        f"python     {health.python['version']} ({health.python['path']})",
        f"system     {health.system}",
        f"processor  {processor['name']}, {processor['cores'] or '?'} cores, {processor['threads']} threads",
        f"           {' '.join(processor['features'])}",
        f"memory     {megabytes(memory['total'])}, {megabytes(memory['available'])} free",
    ]
    lines += [
        f"device     {device['name']}: {device['full_name']} ({' '.join(device['capabilities'])})"
        for device in health.openvino_devices
    ]
    for name, model in health.models.items():
        lines.append(f"model      {name}: {model['folder'] or 'missing'}")
        lines += [
            f"           {file['name']}, {megabytes(file['size'])}, sha256 {file['sha256'][:16]}"
            for file in model["files"]
        ]
    for name, pulled in health.pulled.items():
        state = megabytes(pulled["size"]) if pulled["there"] else f"gone: `bayou pull {name}` fetches it again"
        revision = f" at {pulled['revision'][:12]}" if pulled["revision"] else ", placed by hand"
        lines.append(f"pulled     {name}{revision}: {pulled['folder']} ({state})")
    lines.append(f"cache      {health.cache['folder']} ({megabytes(health.cache['size'])})")
    found = [f"{name} {installed}" for name, installed in health.packages.items() if installed]
    lines += [f"{'packages' if i == 0 else '':<10} {', '.join(found[i : i + 4])}" for i in range(0, len(found), 4)]
    for name, extra in health.extras.items():
        state = "installed" if not extra["missing"] else f"not installed: {extra['install']}"
        lines.append(f"extra      {name}: {state}")
    lines += [f"REMARK     {remark}" for remark in health.remarks]
    lines += [f"PROBLEM    {problem}" for problem in health.problems]
    lines.append("all is well" if not health.problems else "`bayou read` can't work before this is put right")
    return "\n".join(lines) + "\n"
