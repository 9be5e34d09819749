"""The small invented world that the zoo's text speaks of: lands, towns, people and beasts, always the same."""
import random
from dataclasses import dataclass

WORLD_SEED = 20

SYLLABLES = ("bar", "del", "fen", "gor", "hal", "il", "kor", "lum", "mar", "nor", "os", "pel", "quil", "ran", "sul", "tor", "ul", "ves")
LAND_ENDINGS = ("ia", "or", "land", "mark")
TOWN_ENDINGS = ("ton", "by", "ford", "ham")
RIVER_ENDINGS = ("a", "e", "en")
BEAST_ENDINGS = ("ok", "ix", "um", "et")

WOMEN = ("Anna", "Mia", "Clara", "Ruth", "Ella", "Nora", "Ida", "Lucy", "Maria", "Sara", "Emma", "Laura")
MEN = ("Tom", "Jon", "Paul", "Peter", "Karl", "Max", "Omar", "Ben", "David", "Victor", "Kevin", "Sam")
GOODS = ("salt", "wool", "honey", "glass", "paper", "silver", "wheat", "cheese")
JOBS = ("baker", "sailor", "teacher", "doctor", "farmer", "painter", "singer", "miller")
FOODS = ("grass", "fish", "nuts", "leaves", "roots", "snails", "berries", "seeds")
COLOURS = ("red", "blue", "green", "white", "black", "brown", "yellow", "grey")
PLACES = ("forests", "hills", "rivers", "caves", "fields", "trees", "swamps", "mountains")


@dataclass(frozen=True)
class Land:
    name: str
    capital: str
    river: str
    good: str


@dataclass(frozen=True)
class Person:
    name: str
    is_woman: bool
    town: str
    job: str

    @property
    def he(self):
        return "she" if self.is_woman else "he"

    @property
    def his(self):
        return "her" if self.is_woman else "his"

    @property
    def him(self):
        return "her" if self.is_woman else "him"

    @property
    def himself(self):
        return "herself" if self.is_woman else "himself"


@dataclass(frozen=True)
class Beast:
    name: str
    food: str
    colour: str
    place: str


def invented_names(draw, endings, count, taken):
    """`count` capitalised names that are not in `taken`, which grows by them."""
    names = []
    while len(names) < count:
        name = (draw.choice(SYLLABLES) + draw.choice(SYLLABLES) + draw.choice(endings)).capitalize()
        if name not in taken:
            taken.add(name)
            names.append(name)
    return names


class World:
    def __init__(self):
        draw, taken = random.Random(WORLD_SEED), set()
        towns = invented_names(draw, TOWN_ENDINGS, 16, taken)
        rivers = invented_names(draw, RIVER_ENDINGS, 16, taken)
        lands = invented_names(draw, LAND_ENDINGS, 16, taken)
        self.lands = [Land(*row, GOODS[i % len(GOODS)]) for i, row in enumerate(zip(lands, towns, rivers))]
        beasts = [name.lower() for name in invented_names(draw, BEAST_ENDINGS, 16, taken)]
        self.beasts = [Beast(name, draw.choice(FOODS), draw.choice(COLOURS), draw.choice(PLACES)) for name in beasts]
        self.people = [
            Person(name, name in WOMEN, draw.choice(towns), draw.choice(JOBS)) for name in sorted(WOMEN + MEN)
        ]
