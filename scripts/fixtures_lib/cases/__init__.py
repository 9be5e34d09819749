"""Every fixture model, by family."""
from . import llama, qwen

ALL = llama.CASES + qwen.CASES
