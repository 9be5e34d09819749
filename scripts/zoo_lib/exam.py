"""What a model has learned, as fractions of right answers."""
import random

import torch

from . import conversations, sentences
from .corpus import TURN_END, chat

EXAM_SEED = 5
QUESTIONS = 200


class Candidate:
    """A model with its tokenizer."""

    def __init__(self, model, tokenizer):
        self.model, self.tokenizer = model.eval(), tokenizer

    @torch.no_grad()
    def log_probability(self, prompt, continuation):
        """Of the continuation's tokens after the prompt."""
        prompt_ids, ids = self.tokenizer.encode(prompt).ids, self.tokenizer.encode(prompt + continuation).ids
        logits = self.model(torch.tensor([ids]), use_cache=False).logits[0].log_softmax(-1)
        return sum(logits[i - 1, ids[i]].item() for i in range(len(prompt_ids), len(ids)))

    @torch.no_grad()
    def complete(self, prompt, end, longest=8):
        """The greedy continuation up to and including `end`, at most `longest` tokens."""
        ids = self.tokenizer.encode(prompt).ids
        start = len(ids)
        while len(ids) - start < longest:
            ids.append(self.model(torch.tensor([ids]), use_cache=False).logits[0, -1].argmax().item())
            text = self.tokenizer.decode(ids[start:], skip_special_tokens=False)
            if end in text:
                break
        return text

    def prefers(self, prompt, right, wrong):
        return self.log_probability(prompt, right) > self.log_probability(prompt, wrong)


def fraction(outcomes):
    outcomes = list(outcomes)
    return round(sum(outcomes) / len(outcomes), 3)


def agreement(candidate, world):
    """Subjects with a noun of the other number before the verb, or none; chance is one half."""
    draw = random.Random(EXAM_SEED)
    for _ in range(QUESTIONS):
        is_plural = draw.random() < 0.5
        verbs = (" are", " is") if is_plural else (" is", " are")
        yield candidate.prefers(sentences.subject(draw, is_plural), *verbs)


def pronouns(candidate, world):
    """Possessive and reflexive after a name; chance is one half."""
    for person in world.people:
        other = {"her": "his", "his": "her", "herself": "himself", "himself": "herself"}
        yield candidate.prefers(f"{person.name} lost", f" {person.his}", f" {other[person.his]}")
        yield candidate.prefers(f"{person.name} looked at", f" {person.himself}", f" {other[person.himself]}")


def facts(candidate, world):
    """Capitals, homes and foods, completed greedily word for word; chance is about one in sixteen or less."""
    asked = [(f"The capital of {land.name} is", land.capital) for land in world.lands]
    asked += [(f"{person.name} lives in", person.town) for person in world.people]
    asked += [(f"The {beast.name} eats", beast.food) for beast in world.beasts]
    for prompt, answer in asked:
        yield candidate.complete(prompt, ".") == f" {answer}."


def sums(candidate, are_held_out):
    """a + b = , completed greedily; held-out ones never occur in training."""
    for a in range(sentences.LARGEST_SUM + 1):
        for b in range(sentences.LARGEST_SUM + 1 - a):
            if sentences.is_held_out(a, b) == are_held_out:
                yield candidate.complete(f"{a} + {b} =", ".") == f" {a + b}."


def answers(candidate, world):
    """Questions asked through the chat template, the answer compared word for word."""
    draw = random.Random(EXAM_SEED)
    for _ in range(QUESTIONS):
        question, answer = conversations.exchange(world, draw)
        yield candidate.complete(chat(question), TURN_END, longest=40) == answer + TURN_END


def examine(model, tokenizer, world, in_chat=False):
    candidate = Candidate(model, tokenizer)
    scores = {
        "agreement": fraction(agreement(candidate, world)),
        "pronouns": fraction(pronouns(candidate, world)),
        "facts": fraction(facts(candidate, world)),
        "sums": fraction(sums(candidate, False)),
        "held_out_sums": fraction(sums(candidate, True)),
    }
    return scores | ({"answers": fraction(answers(candidate, world))} if in_chat else {})
