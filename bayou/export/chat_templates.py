"""The released chat template in other programs' template languages. Knows marks; no ids and no pictures' sizes."""

from __future__ import annotations

from bayou.inputs.template import ANSWER_MARK, END, IMAGE_CONTEXT, PROMPT_MARK

_REFUSALS = (
    "{%- if message.role != ('user' if loop.index0 % 2 == 0 else 'assistant') -%}"
    "{{- raise_exception('user and assistant take turns, the user first; there is no system message') -}}{%- endif -%}"
)
_TURN = f"{{{{- '{PROMPT_MARK}' if message.role == 'user' else '{ANSWER_MARK}' -}}}}"
_CLOSING = (
    f"{{{{- '{END}' -}}}}{{%- endfor -%}}{{%- if add_generation_prompt -%}}{{{{- '{ANSWER_MARK}' -}}}}{{%- endif -%}}"
)

JINJA_TEXT = "{%- for message in messages -%}" + _REFUSALS + _TURN + "{{- message.content -}}" + _CLOSING
"""For messages whose content is text."""

_PARTS = (
    "{%- if message.content is string -%}{{- message.content -}}{%- else -%}{%- for part in message.content -%}"
    f"{{%- if part.type == 'image' -%}}{{{{- '{IMAGE_CONTEXT}' -}}}}"
    "{%- elif part.type == 'text' -%}"
    "{%- if loop.index0 == 1 and message.content[0].type == 'image' and part.text[:1] != '\\n' -%}"
    "{{- '\\n' -}}{%- endif -%}"
    "{{- part.text -}}"
    "{%- else -%}{{- raise_exception('a part is a text or an image') -}}{%- endif -%}"
    "{%- endfor -%}{%- endif -%}"
)
JINJA_PARTS = "{%- for message in messages -%}" + _REFUSALS + _TURN + _PARTS + _CLOSING
"""For messages of texts and images in parts, too; one mark an image, which transformers' processor makes many."""

GO = (
    f'{{{{ range .Messages }}}}{{{{ if eq .Role "user" }}}}{PROMPT_MARK}{{{{ .Content }}}}{END}'
    f'{{{{ else if eq .Role "assistant" }}}}{ANSWER_MARK}{{{{ .Content }}}}{END}{{{{ end }}}}{{{{ end }}}}{ANSWER_MARK}'
)
"""For Ollama."""
