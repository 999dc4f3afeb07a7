"""Text fonts that nano is never trained on. Knows fonts; not what is set in them."""

from __future__ import annotations

from bayou.data.synthetic.fonts import FontFace, FontLibrary


def faces_kept() -> list[FontFace]:
    """Their upright and slanted faces with small letters, in an order that hangs on nothing else."""
    families = FontLibrary.find(held_out=True).families
    found = [f for kind in ("print", "mono") for faces in families[kind].values() for f in faces if not f.unicase]
    return sorted(found, key=lambda face: (face.family, face.style))
