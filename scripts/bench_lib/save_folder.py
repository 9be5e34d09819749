"""Write a model as the folder that the published program would have read: bfloat16 safetensors and a tokenizer.

    save_folder.py MODEL FOLDER
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True


def save_weights(model, folder):
    """Not by save_pretrained, which refuses what was read from a GGUF file."""
    from safetensors.torch import save_file

    tied = {"lm_head.weight"} if model.config.tie_word_embeddings else set()
    tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items() if name not in tied}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def main():
    import torch
    import transformers
    from bench_lib.peer import load_model

    path, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True)
    model = load_model(path, torch.bfloat16)
    save_weights(model, folder)
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.config.save_pretrained(folder)
    where, options = (path.parent, {"gguf_file": path.name}) if path.suffix == ".gguf" else (path, {})
    transformers.AutoTokenizer.from_pretrained(where, **options).save_pretrained(folder)


if __name__ == "__main__":
    main()
