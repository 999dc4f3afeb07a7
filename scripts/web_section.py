"""The performance page's section on the web page. Knows the figures' names; measures nothing."""

from __future__ import annotations

from collections.abc import Callable

from scripts.report_tables import Columns, Report, origin, table

PAGES: Columns = (
    ("page", "page", ""),
    ("lines", "lines", ""),
    ("picture_s", "to the picture, s", ".2f"),
    ("first_text_s", "to the first text, s", ".2f"),
    ("first_text_slowest_s", "slowest", ".2f"),
    ("whole_page_s", "to the whole page, s", ".2f"),
)


def web_page(report: Report) -> str:
    settings = report["settings"]
    text = (
        f"From dropping a picture on the page of `bayou serve` to what {settings['browser']} shows, the browser on the "
        f"same computer; median of {settings['runs']} runs. {settings['allowed_s']:.0f} s to the first text are "
        f"allowed on two cores. The first page after the server's start took {settings['first_after_start_s']:.2f} s."
    )
    return "\n\n".join(["## The web page", origin(report), text, table(report["results"], PAGES)])


SECTIONS: dict[str, Callable[[Report], str]] = {"web_page": web_page}
