"""One checkpoint behind bayou's runtimes and other programs' (some of which need torch). Measures nothing.

An engine turns tiles into visual tokens where it can, reads a prompt of embeddings, and writes tokens greedily. Its
package is imported when it is made. ``prepare`` makes the files that it wants, once; that costs time and memory of its
own, so do it in another process.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from bayou.engine.runtime import FloatArray, Precision, TowerPrecision

LONGEST = 4096
"""Positions that an engine makes room for where it wants to know."""


class Engine(Protocol):
    """A loaded model that reads one prompt at a time."""

    def encode(self, tiles: FloatArray) -> FloatArray:
        """Tiles [n, 3, 448, 448] to visual tokens [256 n, hidden]."""

    def read(self, embeds: FloatArray) -> int:
        """Forget what was before; a prompt [n, hidden] to the first token after it."""

    def write(self, count: int) -> int:
        """So many more tokens, each the likeliest after the one before, whatever it is; returns the last."""


class BayouEngine:
    """A runtime of bayou's own; the prompt goes through in chunks, as when bayou reads a page."""

    def __init__(
        self, folder: Path, runtime: str, precision: Precision, tower: TowerPrecision | None, threads: int
    ) -> None:
        from bayou.engine.loading import RUNTIMES, RuntimeOptions, load_member
        from bayou.engine.prompt_reader import PROMPT_CHUNK

        (name,) = (known for known in RUNTIMES if known == runtime)
        if name == "torch":
            _limit_torch(threads)
        options = RuntimeOptions(name, precision, threads=threads, tower=tower)
        self.runtime = load_member(folder, options).runtime
        self._chunk = PROMPT_CHUNK

    def encode(self, tiles: FloatArray) -> FloatArray:
        return np.concatenate([one.tokens for one in self.runtime.encode(list(tiles))])

    def read(self, embeds: FloatArray) -> int:
        self._cache = self.runtime.new_cache(1)
        for first in range(0, len(embeds), self._chunk):
            logits = self._step(embeds[first : first + self._chunk])
        self._last = int(logits.argmax())
        return self._last

    def _step(self, embeds: FloatArray) -> FloatArray:
        start, length = self._cache.length, len(embeds)
        visible = np.ones((1, length, start + length), dtype=bool)
        visible[0, :, start:] = np.tril(visible[0, :, start:])
        positions, last = np.arange(start, start + length)[None], np.array([[length - 1]])
        return self.runtime.step(self._cache, embeds[None], positions, visible, last)

    def write(self, count: int) -> int:
        for _ in range(count):
            self._last = int(self._step(self.runtime.embed(np.array([[self._last]]))[0]).argmax())
        return self._last


class TransformersEngine:
    """transformers' own classes, as ``bayou export transformers`` writes them, not compiled."""

    def __init__(self, folder: Path, dtype: str, threads: int) -> None:
        import torch
        from transformers import InternVLForConditionalGeneration

        _limit_torch(threads)
        self._torch, self._type = torch, {"bf16": torch.bfloat16, "float32": torch.float32}[dtype]
        self._model = InternVLForConditionalGeneration.from_pretrained(folder, dtype=self._type).eval()

    def encode(self, tiles: FloatArray) -> FloatArray:
        with self._torch.inference_mode():
            found = self._model.model.get_image_features(
                self._torch.from_numpy(tiles).to(self._type),
                vision_feature_layer=-1,
                vision_feature_select_strategy="default",
            )
            tokens: FloatArray = found.pooler_output.float().flatten(0, 1).numpy()
        return tokens

    def read(self, embeds: FloatArray) -> int:
        from transformers import DynamicCache

        self._cache = DynamicCache()
        return self._step(inputs_embeds=self._torch.from_numpy(embeds)[None].to(self._type))

    def _step(self, **inputs: Any) -> int:
        with self._torch.inference_mode():
            found = self._model(**inputs, past_key_values=self._cache, use_cache=True, logits_to_keep=1)
            self._last = int(found.logits[0, -1].argmax())
        return self._last

    def write(self, count: int) -> int:
        for _ in range(count):
            self._step(input_ids=self._torch.tensor([[self._last]]))
        return self._last


class LlamaCppEngine:
    """llama.cpp through its C functions: llama-cpp-python's own class takes no embeddings. It has no image path here.

    A batch of 512 positions at a time, keys and values in float16, flash attention where it thinks that best: what
    its own programs do.
    """

    def __init__(self, path: Path, threads: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import llama_cpp

        self._c: Any = llama_cpp
        self._quiet = llama_cpp.llama_log_callback(lambda level, text, data: None)
        llama_cpp.llama_log_set(self._quiet, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        self._model = llama_cpp.llama_model_load_from_file(str(path).encode(), llama_cpp.llama_model_default_params())
        settings = llama_cpp.llama_context_default_params()
        settings.n_ctx = settings.n_batch = LONGEST
        settings.n_threads = settings.n_threads_batch = threads
        self._context = llama_cpp.llama_init_from_model(self._model, settings)
        self._vocabulary = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self._model))

    def encode(self, tiles: FloatArray) -> FloatArray:
        raise NotImplementedError("llama.cpp has no image path for these weights")

    def read(self, embeds: FloatArray) -> int:
        c, (length, hidden) = self._c, embeds.shape
        c.llama_memory_clear(c.llama_get_memory(self._context), True)
        batch = c.llama_batch_init(length, hidden, 1)
        batch.n_tokens = length
        values = np.ascontiguousarray(embeds, dtype=np.float32)
        ctypes.memmove(batch.embd, values.ctypes.data, values.nbytes)
        for place in range(length):
            batch.pos[place], batch.n_seq_id[place], batch.seq_id[place][0] = place, 1, 0
            batch.logits[place] = place == length - 1
        token = self._decoded(batch)
        c.llama_batch_free(batch)
        return token

    def _decoded(self, batch: Any) -> int:
        if self._c.llama_decode(self._context, batch) != 0:
            raise RuntimeError("llama.cpp could not decode a batch")
        logits = self._c.llama_get_logits_ith(self._context, -1)
        self._last = int(np.ctypeslib.as_array(logits, (self._vocabulary,)).argmax())
        return self._last

    def write(self, count: int) -> int:
        for _ in range(count):
            self._decoded(self._c.llama_batch_get_one((self._c.llama_token * 1)(self._last), 1))
        return self._last


class GenAIEngine:
    """ONNX Runtime GenAI. Its generator takes ids, not embeddings: a prompt of as many ids costs a look-up more."""

    def __init__(self, folder: Path, threads: int) -> None:
        import onnxruntime_genai

        self._package = onnxruntime_genai
        path = folder / "genai_config.json"
        settings = json.loads(path.read_text(encoding="utf-8"))
        settings["model"]["decoder"]["session_options"]["intra_op_num_threads"] = threads
        path.write_text(json.dumps(settings, indent=2), encoding="utf-8")
        self._model = onnxruntime_genai.Model(str(folder))

    def encode(self, tiles: FloatArray) -> FloatArray:
        raise NotImplementedError("the model builder takes the decoder alone")

    def read(self, embeds: FloatArray) -> int:
        options = self._package.GeneratorParams(self._model)
        options.set_search_options(max_length=LONGEST, min_length=LONGEST, do_sample=False)
        self._generator = self._package.Generator(self._model, options)
        self._generator.append_tokens(np.arange(1000, 1000 + len(embeds), dtype=np.int32))
        self._generator.generate_next_token()
        return int(self._generator.get_next_tokens()[0])

    def write(self, count: int) -> int:
        for _ in range(count):
            self._generator.generate_next_token()
        return int(self._generator.get_next_tokens()[0])


def _limit_torch(threads: int) -> None:
    import torch

    torch.set_num_threads(threads)


def _nothing(folder: Path, work: Path) -> None:
    """bayou reads the checkpoint itself; rounded weights are kept in its cache when it is first loaded."""


def prepare_transformers(folder: Path, work: Path) -> None:
    """``bayou export transformers``."""
    from bayou.export.member import open_member
    from bayou.export.to_transformers import export_transformers

    if not (work / "transformers").exists():
        export_transformers(open_member(folder), work / "transformers")


def prepare_gguf(folder: Path, work: Path, precision: str) -> Path:
    """``bayou export gguf``; returns the file."""
    from bayou.export.member import open_member
    from bayou.export.to_gguf import GGUF_PRECISIONS, export_gguf

    (known,) = (name for name in GGUF_PRECISIONS if name == precision)
    if not (work / precision).exists():
        export_gguf(open_member(folder), work / precision, known)
    (path,) = (work / precision).glob("*.gguf")
    return path


def _to_genai(folder: Path, work: Path) -> None:
    """The decoder as transformers' Llama, through the package's own model builder: int4 in blocks of 32."""
    import torch
    from safetensors.torch import save_file
    from transformers import LlamaConfig

    from bayou.export.member import open_member
    from bayou.model.square_layout import DECODER

    if (work / "genai").exists():
        return
    prepare_transformers(folder, work)
    member, llama = open_member(folder), work / "llama"
    language = member.config.language
    llama.mkdir(exist_ok=True)
    LlamaConfig(
        vocab_size=language.vocab_size,
        hidden_size=language.hidden_size,
        intermediate_size=language.intermediate_size,
        num_hidden_layers=language.num_hidden_layers,
        num_attention_heads=language.num_attention_heads,
        num_key_value_heads=language.num_key_value_heads,
        max_position_embeddings=language.max_position_embeddings,
        rms_norm_eps=language.rms_norm_eps,
        rope_parameters={"rope_type": "default", "rope_theta": language.rope_theta},
        architectures=["LlamaForCausalLM"],
        dtype="bfloat16",
    ).save_pretrained(llama)
    tensors = {
        name.removeprefix(DECODER): torch.from_numpy(weight.dense()).bfloat16()
        for name, weight in member.weights.items()
        if name.startswith(DECODER)
    }
    save_file(tensors, llama / "model.safetensors", {"format": "pt"})
    for name in ("tokenizer.json", "tokenizer_config.json", "generation_config.json"):
        (llama / name).write_bytes((work / "transformers" / name).read_bytes())
    command = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-i", str(llama), "-o", str(work / "genai")]
    command += ["-p", "int4", "-e", "cpu", "-c", str(work / "genai-cache")]
    subprocess.run([*command, "--extra_options", "int4_accuracy_level=4"], check=True, stdout=sys.stderr)


@dataclass(frozen=True, slots=True)
class Compared:
    """An engine that can be named.

    Attributes:
        load: Makes it of the checkpoint's folder, the folder of prepared files, and threads.
        layers: Bytes a number of the decoder's layers takes in memory; ``output`` those of its output matrix.
        cached: Bytes a number of the keys and values takes.
        sees: Whether it has a tower.
        public: Precision and runtime as ``bayou.load`` takes them; None for other programs.
    """

    load: Callable[[Path, Path, int], Engine]
    layers: float
    output: float
    cached: float
    sees: bool = False
    prepare: Callable[[Path, Path], None] = _nothing
    public: Mapping[str, str] | None = None


def _bayou(runtime: str, precision: Precision, sizes: tuple[float, float, float]) -> Compared:
    def load(folder: Path, work: Path, threads: int) -> Engine:
        return BayouEngine(folder, runtime, precision, None, threads)

    return Compared(load, *sizes, sees=True, public={"runtime": runtime, "precision": precision})


def _transformers(dtype: str, size: float) -> Compared:
    def load(folder: Path, work: Path, threads: int) -> Engine:
        return TransformersEngine(work / "transformers", dtype, threads)

    return Compared(load, size, size, size, True, prepare_transformers)


def _llama_cpp(precision: str, layers: float, output: float) -> Compared:
    def load(folder: Path, work: Path, threads: int) -> Engine:
        return LlamaCppEngine(prepare_gguf(folder, work, precision), threads)

    def prepare(folder: Path, work: Path) -> None:
        prepare_gguf(folder, work, precision)

    return Compared(load, layers, output, 2, False, prepare)


def _genai() -> Compared:
    def load(folder: Path, work: Path, threads: int) -> Engine:
        return GenAIEngine(work / "genai", threads)

    return Compared(load, 0.5 + 4 / 32, 0.5 + 4 / 32, 4, False, _to_genai)


ENGINES: dict[str, Compared] = {
    "bayou-int4": _bayou("openvino", "int4", (0.5 + 2.5 / 128, 1, 2)),
    "bayou-int8": _bayou("openvino", "int8", (1, 1, 2)),
    "bayou-bf16": _bayou("openvino", "bf16", (2, 2, 2)),
    "bayou-float32": _bayou("openvino", "float32", (4, 4, 4)),
    "bayou-torch-bf16": _bayou("torch", "bf16", (2, 2, 2)),
    "bayou-torch-float32": _bayou("torch", "float32", (4, 4, 4)),
    "llama.cpp-q4_0": _llama_cpp("q4_0", 18 / 32, 34 / 32),
    "llama.cpp-q8_0": _llama_cpp("q8_0", 34 / 32, 34 / 32),
    "llama.cpp-f16": _llama_cpp("f16", 2, 2),
    "genai-int4": _genai(),
    "transformers-bf16": _transformers("bf16", 2),
    "transformers-float32": _transformers("float32", 4),
}
