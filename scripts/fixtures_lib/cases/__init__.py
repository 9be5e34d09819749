"""Every fixture model, by family."""
from . import experts, falcon, gemma, gguf_models, gpt, granite, llama, mistral, olmo2, phi, qwen, smollm3, stablelm, wrappers

MODULES = (llama, qwen, mistral, gemma, gpt, phi, olmo2, experts, smollm3, stablelm, granite, falcon, wrappers, gguf_models)
ALL = [case for module in MODULES for case in module.CASES]
