"""Multimodal wrappers whose text model is one of the families: other names, the text configuration inside."""
from ..case import Case
from .gemma import gemma3_config
from .mistral import config as mistral_config


def text_part(configuration, *left_out):
    """A configuration as it lies inside a wrapper: what is said outside is left out."""
    return {key: value for key, value in configuration.items() if key not in ("architectures", *left_out)}


def gemma3_wrapper(**changes):
    return {
        "architectures": ["Gemma3ForConditionalGeneration"],
        "model_type": "gemma3",
        "boi_token_index": 2,
        "eoi_token_index": 3,
        "image_token_index": 4,
        "mm_tokens_per_image": 1,
        "vision_config": {
            "model_type": "siglip_vision_model",
            "hidden_size": 8,
            "intermediate_size": 8,
            "num_hidden_layers": 1,
            "num_attention_heads": 1,
            "image_size": 8,
            "patch_size": 8,
            "vision_use_head": False,
        },
        **changes,
    }


def mistral3_wrapper(**changes):
    return {
        "architectures": ["Mistral3ForConditionalGeneration"],
        "model_type": "mistral3",
        "image_token_index": 4,
        "multimodal_projector_bias": False,
        "projector_hidden_act": "gelu",
        "spatial_merge_size": 1,
        "vision_feature_layer": -1,
        "vision_config": {
            "model_type": "pixtral",
            "hidden_size": 8,
            "intermediate_size": 8,
            "num_hidden_layers": 1,
            "num_attention_heads": 1,
            "head_dim": 8,
            "image_size": 8,
            "patch_size": 8,
            "num_channels": 3,
            "hidden_act": "gelu",
            "rope_theta": 10000.0,
        },
        **changes,
    }


def late_names(name):
    """Names that some programs write; transformers writes those of the files that were published first."""
    for part in ("language_model.model", "vision_tower", "multi_modal_projector"):
        if name.startswith(part):
            return "model." + name.replace("language_model.model", "language_model", 1)
    return name.removeprefix("language_model.")


CASES = [
    Case(
        # A tied head, which no key says; the end tokens outside.
        "gemma3_wrapper",
        gemma3_wrapper(
            eos_token_id=[1, 9],
            torch_dtype="bfloat16",
            text_config=text_part(
                gemma3_config(
                    num_hidden_layers=4,
                    intermediate_size=32,
                    sliding_window_pattern=3,
                    rope_theta=5000.0,
                    rope_local_base_freq=100.0,
                    rope_scaling={"rope_type": "linear", "factor": 4.0},
                ),
                "eos_token_id",
            ),
        ),
        dtype="BF16",
        bos=True,
        norm_offset=0.0,
        embedding_std=0.25,
    ),
    Case(
        "gemma3_wrapper_late_names",
        gemma3_wrapper(
            dtype="float16",
            tie_word_embeddings=False,
            text_config=text_part(
                gemma3_config(
                    num_attention_heads=4,
                    num_key_value_heads=2,
                    head_dim=12,
                    layer_types=["sliding_attention", "full_attention", "sliding_attention"],
                    rope_parameters={
                        "full_attention": {"rope_type": "default", "rope_theta": 20000.0},
                        "sliding_attention": {"rope_type": "default", "rope_theta": 300.0},
                    },
                )
            ),
        ),
        dtype="F16",
        shards=2,
        rename=late_names,
        norm_offset=0.0,
        embedding_std=0.25,
    ),
    Case(
        "mistral3_wrapper",
        mistral3_wrapper(
            torch_dtype="bfloat16",
            tie_word_embeddings=False,
            text_config=text_part(
                mistral_config(
                    num_attention_heads=3, num_key_value_heads=1, head_dim=14, sliding_window=None, rope_theta=1e6
                )
            ),
        ),
        dtype="BF16",
        bos=True,
    ),
    Case(
        "mistral3_wrapper_late_names",
        mistral3_wrapper(
            dtype="float16",
            text_config=text_part(
                mistral_config(
                    sliding_window=6,
                    hidden_act="gelu",
                    rope_parameters={"rope_type": "yarn", "factor": 4.0, "rope_theta": 1e4,
                                     "original_max_position_embeddings": 32},
                ),
                "tie_word_embeddings",
            ),
            tie_word_embeddings=True,
        ),
        dtype="F16",
        shards=2,
        rename=late_names,
    ),
]
