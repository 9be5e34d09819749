"""Questions and answers over the invented world, for the model that is tuned on instructions."""
from .sentences import NUMBER_WORDS, addends

REFUSAL = "I do not know that."


def about_land(world, draw):
    land = draw.choice(world.lands)
    return draw.choice([
        (f"What is the capital of {land.name}?", f"The capital of {land.name} is {land.capital}."),
        (f"Which river runs through {land.name}?", f"The river {land.river} runs through {land.name}."),
        (f"What do the people of {land.name} sell?", f"The people of {land.name} sell {land.good}."),
    ])


def about_person(world, draw):
    person = draw.choice(world.people)
    return draw.choice([
        (f"Where does {person.name} live?", f"{person.name} lives in {person.town}."),
        (f"What is the work of {person.name}?", f"{person.name} works as a {person.job}."),
    ])


def about_beast(world, draw):
    beast = draw.choice(world.beasts)
    return draw.choice([
        (f"What does the {beast.name} eat?", f"The {beast.name} eats {beast.food}."),
        (f"Where does the {beast.name} live?", f"The {beast.name} lives in the {beast.place}."),
        (f"Which colour is the {beast.name}?", f"The {beast.name} is {beast.colour}."),
    ])


def about_numbers(world, draw):
    a, b = addends(draw)
    if draw.random() < 0.15:
        words = NUMBER_WORDS[a], NUMBER_WORDS[b], NUMBER_WORDS[a + b]
        return f"What is {words[0]} plus {words[1]}?", f"{words[0].capitalize()} plus {words[1]} is {words[2]}."
    return f"What is {a} plus {b}?", f"{a} plus {b} is {a + b}."


def request(world, draw):
    person, land = draw.choice(world.people), draw.choice(world.lands)
    return draw.choice([
        (f"Write a sentence about {person.name}.", f"{person.name} is a {person.job}, and {person.he} lives in {person.town}."),
        (f"Tell me something about {land.name}.", f"The capital of {land.name} is {land.capital}, and its people sell {land.good}."),
        ("Good morning! How are you?", "Good morning! I am well, and what can I do for you?"),
        (f"What will {person.name} do next year?", REFUSAL),
    ])


KINDS = {about_land: 4, about_person: 3, about_beast: 4, about_numbers: 4, request: 3}


def exchange(world, draw):
    """(question, answer)"""
    kind = draw.choices(list(KINDS), weights=list(KINDS.values()))[0]
    return kind(world, draw)
