"""Sentences over the invented world, one function a kind; each takes (world, draw) and returns one or more sentences."""
from .world import COLOURS, GOODS

SINGULAR_OBJECTS = ("key", "letter", "lamp", "box", "book", "chair", "boat", "house", "door", "garden", "picture", "ship")
PLURAL_OBJECTS = tuple(f"{noun}es" if noun == "box" else f"{noun}s" for noun in SINGULAR_OBJECTS)
JOINTS = ("near", "behind", "beside", "in front of", "above", "under")
STATES = ("old", "new", "open", "clean", "broken", "heavy", "small", "beautiful", "lost", "ready")
ACTIONS = (("cleans", "clean"), ("sells", "sell"), ("wants", "want"), ("finds", "find"), ("paints", "paint"), ("needs", "need"))
NUMBER_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
PLURAL_PEOPLE = ("sailors", "children", "farmers", "teachers", "women", "men", "guests", "neighbors")
LARGEST_SUM = len(NUMBER_WORDS) - 1


def noun(draw, is_plural):
    return draw.choice(PLURAL_OBJECTS if is_plural else SINGULAR_OBJECTS)


def subject(draw, is_plural):
    """A noun phrase of the given number, with a noun of any number between it and its verb half of the time."""
    phrase = f"{draw.choice(['The', 'The', 'Those', 'These'] if is_plural else ['The', 'The', 'That', 'This'])} "
    phrase += f"{draw.choice(STATES)} {noun(draw, is_plural)}" if draw.random() < 0.3 else noun(draw, is_plural)
    if draw.random() < 0.5:
        phrase += f" {draw.choice(JOINTS)} the {noun(draw, draw.random() < 0.5)}"
    return phrase


def agreement(world, draw):
    is_plural = draw.random() < 0.5
    verb = draw.choice([("is", "are"), ("was", "were"), ("has been", "have been")])[is_plural]
    return f"{subject(draw, is_plural)} {verb} {draw.choice(STATES)}."


def agreement_of_people(world, draw):
    verb = draw.choice(ACTIONS)
    if draw.random() < 0.5:
        return f"The {draw.choice(PLURAL_PEOPLE)} {draw.choice(JOINTS)} the {noun(draw, draw.random() < 0.5)} {verb[1]} the {noun(draw, True)}."
    person = draw.choice(world.people)
    return f"The {person.job} {draw.choice(JOINTS)} the {noun(draw, draw.random() < 0.5)} {verb[0]} the {noun(draw, False)}."


def pronoun(world, draw):
    person, other = draw.sample(world.people, 2)
    thing = draw.choice(SINGULAR_OBJECTS)
    return draw.choice([
        f"{person.name} lost {person.his} {thing}, so {person.he} went home.",
        f"{person.name} looked at {person.himself} in the mirror and smiled.",
        f"When {person.name} came home, {person.he} opened {person.his} {thing}.",
        f"{person.name} asked {other.name} to bring {person.him} the {thing}.",
        f"{person.name} likes {person.his} {thing} because {person.he} made it {person.himself}.",
        f"{person.name} said that {person.he} is tired.",
    ])


def words_or_digits(draw, *numbers):
    in_words = draw.random() < 0.15
    return [NUMBER_WORDS[n] if in_words else str(n) for n in numbers]


def is_held_out(a, b):
    """The sums that no training text holds, in either order, neither as a sum nor as a difference."""
    return (min(a, b) * 7 + max(a, b) * 3) % 11 == 5


def held_out_pairs():
    numbers = range(LARGEST_SUM + 1)
    return [(a, b) for a in numbers for b in numbers if a + b <= LARGEST_SUM and is_held_out(a, b)]


def addends(draw):
    while True:
        total = draw.randint(0, LARGEST_SUM)
        a = draw.randint(0, total)
        if not is_held_out(a, total - a):
            return a, total - a


def arithmetic(world, draw):
    a, b = addends(draw)
    if draw.random() < 0.5:
        x, y, z = words_or_digits(draw, a, b, a + b)
        return draw.choice([f"{x} plus {y} is {z}.", f"{x} + {y} = {z}."])
    x, y, z = words_or_digits(draw, a + b, b, a)
    return draw.choice([f"{x} minus {y} is {z}.", f"{x} - {y} = {z}."])


def land_fact(world, draw):
    land = draw.choice(world.lands)
    return draw.choice([
        f"The capital of {land.name} is {land.capital}.",
        f"{land.capital} is the capital of {land.name}.",
        f"The river {land.river} runs through {land.name}.",
        f"The people of {land.name} sell {land.good}.",
        f"In {land.name} there is a river called {land.river}.",
    ])


def person_fact(world, draw):
    person = draw.choice(world.people)
    return draw.choice([
        f"{person.name} lives in {person.town}.",
        f"{person.name} works as a {person.job}.",
        f"{person.name} is a {person.job}, and {person.he} lives in {person.town}.",
    ])


def beast_fact(world, draw):
    beast = draw.choice(world.beasts)
    return draw.choice([
        f"The {beast.name} eats {beast.food}.",
        f"The {beast.name} is {beast.colour}.",
        f"The {beast.name} lives in the {beast.place}.",
        f"The {beast.colour} {beast.name} of the {beast.place} eats {beast.food}.",
    ])


def logic(world, draw):
    a, b, c = draw.sample(world.people, 3)
    x, y = draw.sample(COLOURS, 2)
    word = draw.choice(["older", "taller", "faster"])
    return draw.choice([
        f"{a.name} is {word} than {b.name} and {b.name} is {word} than {c.name}, so {a.name} is {word} than {c.name}.",
        f"The pattern goes {x}, {y}, {x}, {y}, {x}, and next comes {y}.",
        f"All {x} boxes are heavy. This box is {x}, so this box is heavy.",
        f"Either {a.name} or {b.name} has the key. {a.name} does not have it, so {b.name} has it.",
    ])


def story(world, draw):
    person, friend = draw.sample(world.people, 2)
    land, thing, colour = draw.choice(world.lands), draw.choice(SINGULAR_OBJECTS), draw.choice(COLOURS)
    return (
        f"One {draw.choice(['morning', 'evening', 'day', 'night'])} {person.name} went to {land.capital} to buy {draw.choice(GOODS)}. "
        f"On the way {person.he} found a {colour} {thing}. "
        f"{person.he.capitalize()} showed the {colour} {thing} to {friend.name}, and {friend.he} asked where {person.he} had found it. "
        f"{person.name} said that {person.he} had found it near the river {land.river}, and {person.he} gave the {thing} to {friend.him}."
    )


KINDS = {
    agreement: 4, agreement_of_people: 2, pronoun: 4, arithmetic: 6, land_fact: 5, person_fact: 4, beast_fact: 4, logic: 3, story: 3,
}


def paragraph(world, draw):
    """Three to seven sentences; the kinds come in the proportions of KINDS."""
    kinds = draw.choices(list(KINDS), weights=list(KINDS.values()), k=draw.randint(3, 7))
    sentences = [kind(world, draw) for kind in kinds]
    return " ".join(sentence[0].upper() + sentence[1:] for sentence in sentences)
