"""The image's Dockerfile and the cluster's manifest: what can be told without building and applying them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
yaml = pytest.importorskip("yaml")
CLUSTER = yaml.safe_load((ROOT / "deploy/raycluster.yaml").read_text(encoding="utf-8"))
GROUPS = [CLUSTER["spec"]["headGroupSpec"], *CLUSTER["spec"]["workerGroupSpecs"]]


def constraint(package: str) -> str:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    found = re.search(rf"^{package}==(\S+)$", text, re.MULTILINE)
    assert found, package
    return found[1]


def instructions() -> list[tuple[str, str]]:
    """Name and arguments of each instruction, continued lines joined."""
    text = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#")).replace("\\\n", " ")
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines.splitlines()) if word]


def test_the_image_is_made_of_what_is_there() -> None:
    for word, rest in instructions():
        assert word in {"ARG", "FROM", "RUN", "WORKDIR", "COPY", "ENV", "USER", "ENTRYPOINT", "CMD"}
        if word == "COPY":
            *sources, _ = shlex.split(rest)
            assert all((ROOT / source).exists() for source in sources)
    copied = {source for word, rest in instructions() if word == "COPY" for source in shlex.split(rest)[:-1]}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert set(re.findall(r'"(LICENSE|NOTICE)"', project)) <= copied, "hatchling needs them to build"
    extras = {
        name for _, rest in instructions() for group in re.findall(r"\.\[([\w,]+)\]", rest) for name in group.split(",")
    }
    assert extras == {"bulk", "s3"} and all(re.search(rf"^{name} = \[", project, re.MULTILINE) for name in extras)


def test_the_image_runs_as_nobody_special_and_reports_nothing() -> None:
    words = dict(instructions())
    assert words["USER"] == "ray"
    assert "RAY_USAGE_STATS_ENABLED=0" in words["ENV"]
    assert "useradd" in " ".join(rest for word, rest in instructions() if word == "RUN")


def test_a_login_shell_finds_ray() -> None:
    """The operator starts Ray by ``bash -lc``; Debian's /etc/profile sets a PATH of its own."""
    runs = " ".join(rest for word, rest in instructions() if word == "RUN")
    linked = re.search(r"ln -s ((?:/opt/venv/bin/\w+ )+)/usr/local/bin/", runs)
    assert linked is not None and "/opt/venv/bin/ray" in linked[1].split()


def test_the_cluster_is_a_raycluster_of_the_image() -> None:
    assert (CLUSTER["apiVersion"], CLUSTER["kind"]) == ("ray.io/v1", "RayCluster")
    assert CLUSTER["spec"]["rayVersion"] == constraint("ray")
    for group in GROUPS:
        (container,) = group["template"]["spec"]["containers"]
        assert container["image"] == "bayou-bulk:latest"
        assert {"name": "RAY_USAGE_STATS_ENABLED", "value": "0"} in container["env"]
        assert container["resources"]["requests"] == container["resources"]["limits"]
        assert group["template"]["spec"]["securityContext"]["runAsUser"] == 1000
        assert all(isinstance(value, str) for value in group["rayStartParams"].values()), "the operator wants strings"
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        assert str(ports["metrics"]) == group["rayStartParams"]["metrics-export-port"]
    assert CLUSTER["spec"]["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0", "the head reads no pages"


def test_workers_groups_scale_between_their_bounds() -> None:
    for group in CLUSTER["spec"]["workerGroupSpecs"]:
        assert 0 <= group["minReplicas"] <= group["replicas"] <= group["maxReplicas"]
        cpu = float(group["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"])
        assert cpu == int(cpu), "Ray counts whole processors"


@pytest.mark.parametrize("group", GROUPS, ids=["head", "readers"])
def test_pods_are_as_kubernetes_wants_them(group: dict[str, Any]) -> None:
    validate = pytest.importorskip("kubernetes_validate")
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}, "spec": group["template"]["spec"]}
    validate.validate(pod, validate.latest_version(), strict=True)
