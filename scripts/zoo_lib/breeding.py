"""Carry out one recipe: train, write the folders it keeps, examine each."""
import copy
import time

from .exam import examine
from .folder import as_stored, write_folder
from .training import held_out_loss, new_model, train


class Breeding:
    def __init__(self, corpus, out):
        self.corpus, self.out, self.records = corpus, out, {}

    def keep(self, folder, model, config, step, with_oracle=False, in_chat=False):
        """Write and examine the weights as they are now, rounded to float16."""
        rounded = as_stored(copy.deepcopy(model))
        write_folder(self.out / folder, rounded, config, self.corpus.tokenizer, with_oracle)
        loss = round(held_out_loss(rounded, self.corpus.held_out), 4)
        scores = examine(rounded, self.corpus.tokenizer, self.corpus.world, in_chat)
        parameters = sum(parameter.numel() for parameter in model.parameters())
        self.records[folder] = {"step": step, "parameters": parameters, "held_out_loss": loss, "scores": scores}
        print(f"{folder:20} loss {loss:.3f}  {scores}", flush=True)

    def carry_out(self, recipe):
        """The records of the recipe's models; the loss curve stands in the last one of each training."""
        started, corpus = time.monotonic(), self.corpus
        model = new_model(recipe.config, recipe.seed)

        def at_step(step):
            if step in recipe.kept:
                self.keep(recipe.folder(step), model, recipe.config, step, with_oracle=step == recipe.steps)
                model.train()

        curve = train(model, corpus.training, corpus.held_out, recipe.steps, recipe.seed, recipe.learning_rate, at_step)
        self.records[recipe.folder(recipe.steps)]["curve"] = vars(curve)
        if recipe.tuned:
            self.tune(recipe, model)
        print(f"{recipe.name}: {time.monotonic() - started:.0f} s", flush=True)
        return self.records

    def tune(self, recipe, model):
        corpus, steps = self.corpus, recipe.tuned_steps
        curve = train(model, corpus.conversations, corpus.held_out, steps, recipe.seed, recipe.learning_rate / 4)
        self.keep(recipe.tuned, model, recipe.tuned_config, steps, with_oracle=True, in_chat=True)
        self.records[recipe.tuned]["curve"] = vars(curve)
