"""Lines of source, commands, paths and contents pages as manuals print them, seeded. Knows no fonts."""

from __future__ import annotations

import random
from collections.abc import Callable

#: ‹a›, ‹b›, ‹c› are words, ‹A› and ‹B› the first two capitalised, ‹n› and ‹m› small numbers, ‹x› a decimal fraction.
_TEMPLATES = (
    "static void ‹a›‹b›(char const *‹c›);",
    "int ‹a› = ‹n›;",
    "for (size_t i = 0; i < ‹b›.size(); ++i)",
    "std::cout << \"‹a› ‹b›\" << '\\n';",
    "template <typename ‹A›, class ‹B›>",
    "#include <‹a›.h>",
    "return ‹a›_‹b›[‹c›];",
    "if (‹a› != ‹b› && !‹c›())",
    "def ‹a›_‹b›(self, ‹c›=None):",
    "‹a›.‹b›(‹c›=‹n›)",
    "$ ‹a› --‹b›=‹c› -v /usr/‹a›/‹b›",
    "# apt-get install ‹a›-‹b›",
    "/etc/‹a›/‹b›.conf",
    "~/.‹a›/‹b›_‹c›.txt",
    '‹A›_‹B›="${‹c›}"',
    "class ‹A›: public ‹B›",
    "‹a›::‹b›(‹c› const &other)",
    "set ‹a› ‹b› '‹c›.dat' using ‹n›:‹m›",
    '<‹a› ‹b›="‹c›">‹A›</‹a›>',
    '{"‹a›": [‹n›, ‹m›], "‹b›": true}',
    'printf("%s: %d\\n", ‹a›, ‹b›[‹n›]);',
    "// ‹a› ‹b› ‹c›",
    "/* ‹a›: ‹b› ‹c› */",
    "‹a›() { ‹b›; }",
    "SELECT ‹a›, ‹b› FROM ‹c› WHERE id = ‹n›;",
    "‹a›(x) = ‹n›*x**2 + ‹x›*‹b›",
    "x = -‹x›e+0‹m›",
    'git ‹a› -m "‹b› ‹c›" && cd ../‹a›',
    "#define ‹A›_‹B› (‹n› << ‹m›)",
    "‹a›-‹b›_‹n›.‹m›-1_amd64.deb",
    "Depends: ‹a›, ‹b› (>= ‹n›.‹m›), ‹c›-dev",
    "‹a›@‹b›:~$ ‹c› | grep -i '^‹b›' > out.log",
    "operator<<(‹A› &lhs, ‹B› const &rhs);",
    "std::vector<‹A›>::iterator ‹b›;",
    "‹A›* ‹b› = new ‹A›[‹n›]{};",
)


def program(rng: random.Random, word: Callable[[], str]) -> str:
    """A line of source, a command or a path."""
    a, b, c = (word().lower().replace("'", "") for _ in range(3))
    slots = {
        "‹a›": a,
        "‹b›": b,
        "‹c›": c,
        "‹A›": rng.choice((a.capitalize(), a.upper())),
        "‹B›": rng.choice((b.capitalize(), b.upper())),
        "‹n›": str(rng.choice((rng.randint(0, 9), rng.randint(0, 999)))),
        "‹m›": str(rng.randint(0, 9)),
        "‹x›": f"{rng.uniform(0, 9):.{rng.randint(1, 3)}f}",
    }
    text = rng.choice(_TEMPLATES)
    for slot, value in slots.items():
        text = text.replace(slot, value)
    return text


def contents_entry(rng: random.Random, title: str) -> str:
    """A table-of-contents line: number, title, leader dots, page."""
    level = ".".join(str(rng.randint(1, 20)) for _ in range(rng.randint(1, 4)))
    leader = rng.choice((". " * rng.randint(3, 30), "." * rng.randint(3, 50), " ", " . . . "))
    return f"{level}{rng.choice(('.', '', ' '))} {title} {leader.strip()} {rng.randint(1, 400)}"
