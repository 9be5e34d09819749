"""What llama.cpp computes for a GGUF file: the states that its graph passes from block to block, logits, token ids.

Needs a folder with llama.cpp's shared libraries, named by LLAMA_CPP_LIBRARIES, of the interface declared below (0.4.0).
"""
import os
from pathlib import Path

import numpy as np
from cffi import FFI

CONTEXT = 512
# The part of llama.cpp's public interface that is called here.
DECLARATIONS = """
typedef struct llama_model llama_model;
typedef struct llama_context llama_context;
typedef struct llama_vocab llama_vocab;
typedef struct ggml_tensor ggml_tensor;
typedef bool (*eval_callback)(ggml_tensor * tensor, bool ask, void * user_data);
typedef void (*log_callback)(int level, const char * text, void * user_data);
typedef struct {
  void * devices; void * tensor_buft_overrides; int32_t n_gpu_layers; int split_mode; int load_mode; int lazy_mode;
  int32_t main_gpu; const float * tensor_split; void * progress_callback; void * progress_callback_user_data;
  const void * kv_overrides; bool vocab_only, check_tensors, use_extra_bufts, no_host, no_alloc, load_mtp;
} model_params;
typedef struct {
  uint32_t n_ctx, n_batch, n_ubatch, n_seq_max, n_rs_seq, n_outputs_max, n_outputs_max_per_seq;
  int32_t n_threads, n_threads_batch;
  int ctx_type, rope_scaling_type, pooling_type, attention_type, flash_attn_type;
  float rope_freq_base, rope_freq_scale, yarn_ext_factor, yarn_attn_factor, yarn_beta_fast, yarn_beta_slow;
  uint32_t yarn_orig_ctx; float defrag_thold;
  eval_callback cb_eval; void * cb_eval_user_data;
  int type_k, type_v; void * abort_callback; void * abort_callback_data;
  bool embeddings, offload_kqv, no_perf, op_offload, swa_full, kv_unified;
  void * samplers; size_t n_samplers; llama_context * ctx_other;
} context_params;
typedef struct {
  int32_t n_tokens; int32_t * token; float * embd; int32_t * pos; int32_t * n_seq_id; int32_t ** seq_id;
  int8_t * logits;
} llama_batch;
model_params llama_model_default_params(void);
context_params llama_context_default_params(void);
void llama_log_set(log_callback callback, void * user_data);
llama_model * llama_model_load_from_file(const char * path, model_params parameters);
llama_context * llama_init_from_model(llama_model * model, context_params parameters);
const llama_vocab * llama_model_get_vocab(const llama_model * model);
int32_t llama_model_n_embd(const llama_model * model);
int32_t llama_model_n_layer(const llama_model * model);
int32_t llama_vocab_n_tokens(const llama_vocab * vocabulary);
bool llama_vocab_is_eog(const llama_vocab * vocabulary, int32_t token);
int32_t llama_tokenize(const llama_vocab * vocabulary, const char * text, int32_t length, int32_t * ids, int32_t room,
                       bool add_special, bool parse_special);
llama_batch llama_batch_init(int32_t tokens, int32_t embd, int32_t sequences);
void llama_batch_free(llama_batch batch);
int32_t llama_decode(llama_context * context, llama_batch batch);
float * llama_get_logits_ith(llama_context * context, int32_t index);
void * llama_get_memory(const llama_context * context);
void llama_memory_clear(void * memory, bool data);
"""
GGML_DECLARATIONS = """
void ggml_backend_load_all_from_path(const char * folder);
const char * ggml_get_name(const ggml_tensor * tensor);
int64_t ggml_nelements(const ggml_tensor * tensor);
void ggml_backend_tensor_get(const ggml_tensor * tensor, void * data, size_t offset, size_t size);
"""
FLOAT32, FLASH_ATTENTION_OFF = 0, 0
# What llama.cpp calls the input of block 0, the first that there is.
EMBEDDINGS = ("inp_scaled", "inp_embd", "embd")

ffi = FFI()
ffi.cdef(DECLARATIONS + GGML_DECLARATIONS)


def open_libraries():
    """(llama, ggml): the library of the models, and one through which ggml's functions are called."""
    folder = Path(os.environ["LLAMA_CPP_LIBRARIES"])
    path = lambda name: str(min(folder.glob(f"lib{name}.*so*")))
    find = lambda name: ffi.dlopen(path(name), ffi.RTLD_NOW | ffi.RTLD_GLOBAL)
    find("ggml-base")
    ggml, llama = find("ggml"), find("llama")
    llama.llama_log_set(silence, ffi.NULL)
    ggml.ggml_backend_load_all_from_path(str(folder).encode())
    return llama, ggml


silence = ffi.callback("log_callback", lambda level, text, data: None)
llama, ggml = open_libraries()


class LlamaCpp:
    """One model, one context in float32 without flash attention."""

    def __init__(self, path, vocabulary_only=False):
        parameters = llama.llama_model_default_params()
        parameters.n_gpu_layers, parameters.vocab_only = 0, vocabulary_only
        self.model = llama.llama_model_load_from_file(str(path).encode(), parameters)
        if self.model == ffi.NULL:
            raise ValueError(f"llama.cpp cannot read {path}")
        self.vocabulary = llama.llama_model_get_vocab(self.model)
        if not vocabulary_only:
            self._open_context()

    def _open_context(self):
        self.width, self.blocks = llama.llama_model_n_embd(self.model), llama.llama_model_n_layer(self.model)
        self.seen, self._noted = {}, ffi.callback("eval_callback", self._note)
        parameters = llama.llama_context_default_params()
        known = (parameters.n_ctx, parameters.type_k, parameters.op_offload, parameters.ctx_other)
        if known != (512, 1, True, ffi.NULL):
            raise ValueError("these libraries have another interface than the one declared")
        parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = CONTEXT
        parameters.n_threads = parameters.n_threads_batch = 1
        parameters.flash_attn_type, parameters.type_k, parameters.type_v = FLASH_ATTENTION_OFF, FLOAT32, FLOAT32
        parameters.cb_eval = self._noted
        self.context = llama.llama_init_from_model(self.model, parameters)

    def _note(self, tensor, ask, _):
        """Called for every tensor of the graph, first whether it is wanted, then with its values."""
        name = ffi.string(ggml.ggml_get_name(tensor)).decode()
        wanted = name.startswith("l_out-") or name in EMBEDDINGS or name == "result_norm"
        if wanted and not ask:
            values = np.empty(ggml.ggml_nelements(tensor), np.float32)
            ggml.ggml_backend_tensor_get(tensor, ffi.from_buffer(values), 0, values.nbytes)
            self.seen[name] = values.reshape(-1, self.width)
        return wanted or not ask

    def _decode(self, ids, first):
        """Logits of the last position; the states of all are noted on the way."""
        batch = llama.llama_batch_init(len(ids), 0, 1)
        batch.n_tokens = len(ids)
        for i, token in enumerate(ids):
            batch.token[i], batch.pos[i], batch.n_seq_id[i] = token, first + i, 1
            batch.seq_id[i][0], batch.logits[i] = 0, 1
        if llama.llama_decode(self.context, batch) != 0:
            raise ValueError("llama.cpp cannot run these ids")
        size = 4 * llama.llama_vocab_n_tokens(self.vocabulary)
        logits = llama.llama_get_logits_ith(self.context, len(ids) - 1)
        llama.llama_batch_free(batch)
        return np.frombuffer(ffi.buffer(logits, size), np.float32).copy()

    def _start(self, ids):
        llama.llama_memory_clear(llama.llama_get_memory(self.context), True)
        self.seen.clear()
        return self._decode(ids, 0)

    def states(self, ids):
        """(points [blocks + 1, T, D], after the final norm [T, D], logits [V] of the last position)"""
        logits = self._start(ids)
        first = next(self.seen[name] for name in EMBEDDINGS if name in self.seen)
        return np.stack([first, *(self.seen[f"l_out-{b}"] for b in range(self.blocks))]), self.seen["result_norm"], logits

    def greedy(self, ids, count):
        """(continuation, smallest gap between the best and the second-best logit); an end token ends it."""
        continuation, margin, logits = [], float("inf"), self._start(ids)
        while True:
            second, best = np.sort(logits)[-2:]
            margin = min(margin, float(best - second))
            continuation.append(int(logits.argmax()))
            if len(continuation) == count or llama.llama_vocab_is_eog(self.vocabulary, continuation[-1]):
                return continuation, margin
            logits = self._decode(continuation[-1:], len(ids) + len(continuation) - 1)

    def tokenize(self, text, add_special=True, parse_special=True):
        """Ids of a text; with what the file asks to be added, and special tokens in the text recognised."""
        raw = text.encode()
        ids = ffi.new("int32_t[]", len(raw) + 16)
        count = llama.llama_tokenize(self.vocabulary, raw, len(raw), ids, len(raw) + 16, add_special, parse_special)
        if count < 0:
            raise ValueError("llama.cpp wants more room for ids")
        return list(ids[0:count])
