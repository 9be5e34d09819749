"""Carry out one recipe: train, write the folders it keeps, examine each."""
import copy
import time

from safetensors.torch import load_file

from .exam import examine
from .folder import as_stored, write_folder
from .training import held_out_loss, new_model, train


class Breeding:
    def __init__(self, corpus, out):
        self.corpus, self.out, self.records = corpus, out, {}

    def keep(self, recipe, model, step):
        """Write and examine the weights as they are now, rounded to float16."""
        folder, rounded, corpus = recipe.folder(step), as_stored(copy.deepcopy(model)), self.corpus
        write_folder(self.out / folder, rounded, recipe.config, corpus.tokenizer, with_oracle=step == recipe.steps)
        loss = round(held_out_loss(rounded, corpus.held_out), 4)
        scores = examine(rounded, corpus.tokenizer, corpus.world, in_chat=bool(recipe.start))
        parameters = sum(parameter.numel() for parameter in model.parameters())
        self.records[folder] = {"step": step, "parameters": parameters, "held_out_loss": loss, "scores": scores}
        print(f"{folder:20} loss {loss:.3f}  {scores}", flush=True)

    def begin(self, recipe):
        """(model, ids to train on)"""
        model = new_model(recipe.config, recipe.seed)
        if not recipe.start:
            return model, self.corpus.training
        stored = load_file(self.out / recipe.start / "model.safetensors")
        missing, unexpected = model.load_state_dict(stored, strict=False)
        assert missing == ["lm_head.weight"] and not unexpected
        model.tie_weights()
        return model, self.corpus.conversations

    def carry_out(self, recipe):
        """The records of the recipe's models; the loss curve stands in the last one."""
        started, corpus = time.monotonic(), self.corpus
        model, ids = self.begin(recipe)

        def at_step(step):
            if step in recipe.kept:
                self.keep(recipe, model, step)
                model.train()

        curve = train(model, ids, corpus.held_out, recipe.steps, recipe.seed, recipe.learning_rate, at_step)
        self.records[recipe.folder(recipe.steps)]["curve"] = vars(curve)
        print(f"{recipe.name}: {time.monotonic() - started:.0f} s", flush=True)
        return self.records
