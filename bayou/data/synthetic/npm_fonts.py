"""Hands and lettering from npm packages as TrueType files in a folder. Knows package names and files; draws nothing.

``python -m bayou.data.synthetic.npm_fonts FOLDER`` installs the packages below FOLDER/npm with npm (and the network)
and writes FOLDER/fonts; ``BAYOU_FONTS=:FOLDER/fonts`` then adds these to the machine's own fonts.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError

from bayou.errors import UsageError

#: Packages that hold whole TrueType files.
EXPO = """
    alex-brush allison allura amatic-sc audiowide bangers bubblegum-sans carter-one chewy cinzel-decorative
    climate-crisis creepster dancing-script dela-gothic-one finger-paint fredoka-one gloria-hallelujah gochi-hand
    hurricane im-fell-english-sc kaisei-decol la-belle-aurore lilita-one luckiest-guy mansalva marck-script megrim
    meow-script monoton nanum-pen-script oleo-script patrick-hand playpen-sans reenie-beanie rubik-mono-one rye
    sacramento schoolbell shantell-sans sour-gummy special-elite
""".split()
#: Packages that hold the Latin letters as web fonts.
FONTSOURCE = """
    abel alfa-slab-one alice allan annie-use-your-telescope architects-daughter bad-script balsamiq-sans
    berkshire-swash birthstone black-ops-one bowlby-one-sc brawler bungee-shade cabin-sketch calistoga caprasimo
    caveat-brush cedarville-cursive chilanka coiny comic-relief condiment cookie corinthia courgette
    covered-by-your-grace damion days-one delicious-handrawn delius ephesis ewert fjalla-one fredericka-the-great
    gaegu germania-one graduate grand-hotel grandstander handlee happy-monkey herr-von-muellerhoff homemade-apple
    iceberg iceland italianno itim jockey-one kiwi-maru knewave krona-one lalezar lemonada licorice liu-jian-mao-cao
    londrina-solid long-cang ma-shan-zheng medievalsharp michroma modak monofett monsieur-la-doulaise montecarlo
    mouse-memoirs mr-de-haviland ms-madi museomoderno nanum-brush-script neucha norwester nosifer nova-script
    oooh-baby parisienne passion-one patua-one paytone-one pinyon-script pixelify-sans poiret-one poor-story
    purple-purse rammetto-one redaction-10 rochester rock-salt rowdies rubik-one saira-stencil-one sansita
    short-stack shrikhand sigmar-one smooch sniglet spicy-rice sriracha staatliches sue-ellen-francisco
    swanky-and-moo-moo syncopate tangerine the-girl-next-door titan-one twinkle-star uncial-antiqua unifrakturcook
    unifrakturmaguntia vibur whisper yellowtail yeseva-one yomogi zcool-kuaile zen-kurenaido zhi-mang-xing
""".split()
#: Handwritten digits, see bayou.data.synthetic.hand_digits.
DIGITS = "mnist"
_SCOPES = ("@expo-google-fonts", "@fontsource")


def packages() -> list[str]:
    """The packages to install, by their full names."""
    return [*(f"{_SCOPES[0]}/{n}" for n in EXPO), *(f"{_SCOPES[1]}/{n}" for n in FONTSOURCE), DIGITS]


def install(folder: Path) -> Path:
    """Install the packages; their scripts are not run.

    Raises:
        UsageError: There is no npm, or it can't fetch them.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise UsageError("npm was not found: install Node.js to fetch these fonts")
    folder.mkdir(parents=True, exist_ok=True)
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-save"]
    done = subprocess.run([npm, "install", "--prefix", str(folder), *quiet, *packages()], check=False)
    if done.returncode:
        raise UsageError(f"npm could not install the fonts (exit code {done.returncode})", str(folder))
    return folder / "node_modules"


def font_sources(modules: Path) -> Iterable[Path]:
    """The files of a ``node_modules`` folder to take: TrueType ones, and web fonts of the Latin letters, upright."""
    yield from sorted((modules / _SCOPES[0]).rglob("*.ttf"))
    yield from sorted((modules / _SCOPES[1]).glob("*/files/*-latin-[0-9]*-normal.woff"))


def collect(modules: Path, target: Path) -> int:
    """Write the fonts of a ``node_modules`` folder to ``target`` as TrueType files; gives their number."""
    target.mkdir(parents=True, exist_ok=True)
    written = 0
    for path in font_sources(modules):
        try:
            with TTFont(path) as font:
                font.flavor = None  # no longer compressed
                font.save(target / path.with_suffix(".ttf").name)
        except (TTLibError, KeyError, ValueError, AssertionError):
            continue  # a broken font is left out, as one that isn't there
        written += 1
    return written


def main() -> None:
    """The command line: the folder to fill."""
    parser = argparse.ArgumentParser(description="Fonts of hands and lettering from npm packages.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    number = collect(install(folder / "npm"), folder / "fonts")
    print(f"{number} font files in {folder / 'fonts'}")


if __name__ == "__main__":
    main()
