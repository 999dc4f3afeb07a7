"""A member's decoder as a GGUF file for llama.cpp, and an Ollama Modelfile. Knows their names; no vision, no torch.

llama.cpp's architecture "llama" turns neighbouring dimensions of a head together, the released weights turn its halves:
so the rows of q and k are put in another order. Needs the extra ``export``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from bayou.engine.weight_files import Weight
from bayou.errors import MissingExtraError, ModelError, UsageError
from bayou.export.chat_templates import GO, JINJA_TEXT
from bayou.export.member import StoredMember
from bayou.export.output_folder import whole_folder
from bayou.export.vocabulary import Vocabulary, read_vocabulary
from bayou.inputs.template import END
from bayou.model.config import LanguageConfig
from bayou.model.square_layout import DECODER, EMBEDDINGS, OUTPUT

if TYPE_CHECKING:
    from gguf import GGMLQuantizationType, GGUFWriter

GGUFPrecision = Literal["f32", "f16", "bf16", "q8_0", "q4_0"]
GGUF_PRECISIONS: tuple[GGUFPrecision, ...] = ("f32", "f16", "bf16", "q8_0", "q4_0")
BLOCK = 32
"""Columns that share a scale in q8_0 and q4_0."""
_ROWS_AT_A_TIME = 2048
_PLACES = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
"""A layer's tensors: ours, and llama.cpp's."""


def export_gguf(member: StoredMember, output: str | Path, precision: GGUFPrecision, replace: bool = False) -> Path:
    """Write ``NAME-PRECISION.gguf`` and ``Modelfile`` to a folder.

    Vectors stay in float32; in q4_0 the embeddings and the output matrix have 8 bits.

    Returns:
        The GGUF file.

    Raises:
        UsageError: nano, an InternVL checkpoint, or an unknown precision.
        ModelError: A matrix can't be written so.
        MissingExtraError: The package ``gguf`` isn't installed.
        OutputError: The folder is not free, or can't be written.
    """
    member.refuse_lines("gguf", "llama.cpp has no tower of its kind, and its decoder writes nothing without one")
    member.refuse_other_templates("gguf")
    if precision not in GGUF_PRECISIONS:
        raise UsageError(f"gguf has no precision {precision!r} here, only {', '.join(GGUF_PRECISIONS)}")
    try:
        import gguf
    except ModuleNotFoundError as error:
        raise MissingExtraError("gguf files need the package gguf: pip install 'bayou[export]'") from error
    vocabulary = read_vocabulary(member.folder)
    if len(vocabulary.pieces) != member.config.language.vocab_size:
        wanted = member.config.language.vocab_size
        raise ModelError(f"the tokenizer has {len(vocabulary.pieces)} ids, the decoder {wanted}", str(member.folder))
    tensors = list(_tensors(member, precision))
    name = f"{member.name}-{precision}.gguf"
    with whole_folder(output, f"{member.name} to gguf, {precision}", replace) as folder:
        with closing(gguf.GGUFWriter(folder / name, "llama")) as writer:
            _add_settings(writer, member, precision)
            _add_vocabulary(writer, vocabulary)
            _write(writer, tensors)
        (folder / "Modelfile").write_text(modelfile(member, name), encoding="utf-8")
    return Path(output) / name


@dataclass(frozen=True, eq=False, slots=True)
class _Tensor:
    """A tensor on its way into the file; ``heads`` where its rows change their order."""

    name: str
    weight: Weight
    kind: GGMLQuantizationType
    heads: int = 0

    def blocks(self) -> Iterator[NDArray[Any]]:
        """Its bytes as llama.cpp has them, some rows at a time."""
        import gguf

        if len(self.weight.shape) == 1:
            yield self.weight.dense()
            return
        rows = np.arange(self.weight.shape[0])
        if self.heads:  # dimension i stands beside dimension i + half of its head
            rows = rows.reshape(self.heads, 2, -1).swapaxes(1, 2).reshape(-1)
        for first in range(0, len(rows), _ROWS_AT_A_TIME):
            block = self.weight.rows(rows[first : first + _ROWS_AT_A_TIME])
            if self.kind == gguf.GGMLQuantizationType.F16 and not np.abs(block).max() <= np.finfo(np.float16).max:
                raise ModelError(f"{self.name!r} holds a number too large for f16; export to bf16")
            yield gguf.quants.quantize(block, self.kind)


def _tensors(member: StoredMember, precision: GGUFPrecision) -> Iterator[_Tensor]:
    import gguf

    language, weights = member.config.language, member.weights
    kinds = gguf.GGMLQuantizationType
    kind = kinds[precision.upper()]
    careful = kinds.Q8_0 if precision == "q4_0" else kind

    def tensor(name: str, ours: str, kind: GGMLQuantizationType, heads: int = 0) -> _Tensor:
        weight = weights[ours]
        if len(weight.shape) == 1:
            kind = kinds.F32
        elif kind in (kinds.Q8_0, kinds.Q4_0) and weight.shape[1] % BLOCK:
            columns = weight.shape[1]
            raise ModelError(f"{ours!r} has {columns} columns, no multiple of {BLOCK}: {precision} can't hold it")
        return _Tensor(f"{name}.weight", weight, kind, heads)

    yield tensor("token_embd", EMBEDDINGS, careful)
    for layer in range(language.num_hidden_layers):
        for ours, theirs in _PLACES.items():
            heads = {"attn_q": language.num_attention_heads, "attn_k": language.num_key_value_heads}.get(theirs, 0)
            yield tensor(f"blk.{layer}.{theirs}", f"{DECODER}model.layers.{layer}.{ours}.weight", kind, heads)
    yield tensor("output_norm", f"{DECODER}model.norm.weight", kind)
    if not language.tie_word_embeddings:
        yield tensor("output", OUTPUT, careful)


def _add_settings(writer: GGUFWriter, member: StoredMember, precision: GGUFPrecision) -> None:
    import gguf

    language: LanguageConfig = member.config.language
    writer.add_name(f"{member.name}, decoder")
    writer.add_context_length(language.max_position_embeddings)
    writer.add_embedding_length(language.hidden_size)
    writer.add_block_count(language.num_hidden_layers)
    writer.add_feed_forward_length(language.intermediate_size)
    writer.add_head_count(language.num_attention_heads)
    writer.add_head_count_kv(language.num_key_value_heads)
    writer.add_key_length(language.head_dim)
    writer.add_value_length(language.head_dim)
    writer.add_rope_dimension_count(language.head_dim)
    writer.add_rope_freq_base(language.rope_theta)
    writer.add_layer_norm_rms_eps(language.rms_norm_eps)
    writer.add_vocab_size(language.vocab_size)
    file_types = gguf.LlamaFileType
    writer.add_file_type(file_types.ALL_F32 if precision == "f32" else file_types[f"MOSTLY_{precision.upper()}"])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)


def _add_vocabulary(writer: GGUFWriter, vocabulary: Vocabulary) -> None:
    """SentencePiece's; llama.cpp splits at control tokens and puts a space before each piece, as the slow tokenizer."""
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(list(vocabulary.pieces))
    writer.add_token_scores(list(vocabulary.scores))
    writer.add_token_types([int(kind) for kind in vocabulary.kinds])
    writer.add_bos_token_id(vocabulary.id_of("<s>"))
    writer.add_eos_token_id(vocabulary.added[END])
    writer.add_unk_token_id(vocabulary.id_of("<unk>"))
    writer.add_pad_token_id(vocabulary.id_of("<unk>"))
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(True)
    writer.add_chat_template(JINJA_TEXT)


def _write(writer: GGUFWriter, tensors: list[_Tensor]) -> None:
    """Header, settings and tensors, a part of a tensor in memory at a time."""
    import gguf

    for tensor in tensors:
        shape = tensor.weight.shape
        block, size = gguf.GGML_QUANT_SIZES[tensor.kind]
        length = int(np.prod(shape)) // block * size
        stored = gguf.quant_shape_to_byte_shape(shape, tensor.kind) if block > 1 else shape
        writer.add_tensor_info(
            tensor.name, stored, np.dtype(np.uint8 if block > 1 else np.float32), length, tensor.kind
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for tensor in tensors:
        writer.write_tensor_data(np.concatenate(list(tensor.blocks())))


def modelfile(member: StoredMember, file_name: str) -> str:
    """An Ollama Modelfile for a GGUF file beside it."""
    return f"""# {member.name} for Ollama: ollama create {member.name} -f Modelfile
#
# Text alone. Ollama can't run the vision part yet: tower, projector and the cutting of a page into tiles are not in the
# GGUF file, so a picture sent to this model is not seen. To read pages, use bayou read, or an OpenAI-compatible server
# that runs the released weights.
# The model has no place for a system message: the template leaves one out.
FROM ./{file_name}
TEMPLATE \"\"\"{GO}\"\"\"
PARAMETER stop "{END}"
PARAMETER temperature 0
PARAMETER repeat_penalty 1
PARAMETER num_ctx {member.config.language.max_position_embeddings}
"""
