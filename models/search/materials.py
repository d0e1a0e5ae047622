"""What a work is made of, as a few plain words, from the medium on its label. What is not known stays unknown."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from models.search.query import words_of

MOST: Final = 4
"""Materials a work: "oil on canvas" has two, a harpsichord ten."""

MATERIALS: Final = {
    word: name
    for name, words in {
        "oil": "oil oils huile",
        "tempera": "tempera",
        "watercolor": "watercolor watercolors watercolour watercolours aquarelle",
        "gouache": "gouache",
        "acrylic": "acrylic",
        "fresco": "fresco",
        "ink": "ink inks",
        "chalk": "chalk chalks",
        "charcoal": "charcoal",
        "pastel": "pastel pastels",
        "graphite": "graphite pencil",
        "crayon": "crayon crayons",
        "etching": "etching etchings",
        "engraving": "engraving engravings engraved",
        "woodcut": "woodcut woodcuts woodblock",
        "lithograph": "lithograph lithographs lithography",
        "photograph": "photograph photographs daguerreotype albumen gelatin photogravure",
        "canvas": "canvas toile",
        "wood": "wood panel oak walnut mahogany pine poplar ebony rosewood maple boxwood limewood cypress cedar bois",
        "paper": "paper papier cardboard card pasteboard",
        "parchment": "parchment vellum",
        "silk": "silk",
        "wool": "wool",
        "cotton": "cotton",
        "linen": "linen",
        "velvet": "velvet",
        "feather": "feather feathers",
        "leather": "leather",
        "ivory": "ivory",
        "bone": "bone antler horn",
        "shell": "shell pearl pearls tortoiseshell",
        "coral": "coral",
        "amber": "amber",
        "gold": "gold gilt gilded",
        "silver": "silver",
        "bronze": "bronze",
        "copper": "copper",
        "brass": "brass",
        "iron": "iron steel",
        "lead": "lead",
        "tin": "tin pewter",
        "marble": "marble",
        "alabaster": "alabaster",
        "limestone": "limestone",
        "stone": "stone sandstone granite slate basalt steatite",
        "jade": "jade nephrite",
        "gemstone": "diamond diamonds ruby rubies emerald emeralds sapphire sapphires carnelian agate jasper garnet"
        " garnets onyx lapis turquoise",
        "crystal": "crystal quartz",
        "plaster": "plaster stucco",
        "wax": "wax",
        "terracotta": "terracotta clay",
        "ceramic": "ceramic ceramics earthenware stoneware faience pottery majolica maiolica",
        "porcelain": "porcelain",
        "enamel": "enamel enamels enameled cloisonne",
        "glass": "glass",
        "lacquer": "lacquer lacquered",
    }.items()
    for word in words.split()
}
"""Our word for each that labels use."""

LABELS: Final = 16_384
"""Remembered: of a large collection's labels most are one of a few thousand."""


@lru_cache(LABELS)
def materials(medium: str) -> tuple[str, ...]:
    """ "Oil on canvas" -> ("oil", "canvas"), in the order of the label, at most `MOST`."""
    found = (MATERIALS[word] for word in words_of(medium) if word in MATERIALS)
    return tuple(dict.fromkeys(found))[:MOST]
