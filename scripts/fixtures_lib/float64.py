"""Arithmetic in float64 all the way, in models whose code goes down to float32 in norms and softmaxes."""
import torch
from torch.overrides import TorchFunctionMode


class Float64Arithmetic(TorchFunctionMode):
    """Keeps a double model in float64 where its code asks for float32; notes what still goes down to float32."""

    def __init__(self, model):
        super().__init__()
        self.downcasts, self.inside_rotary, self.handles = set(), 0, []
        for module in model.modules():
            if "Rotary" in type(module).__name__:
                self.handles.append(module.register_forward_pre_hook(lambda *_: self._enter_rotary(1)))
                self.handles.append(module.register_forward_hook(lambda *_: self._enter_rotary(-1)))

    def _enter_rotary(self, step):
        self.inside_rotary += step

    def __exit__(self, *exc):
        for handle in self.handles:
            handle.remove()
        return super().__exit__(*exc)

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if self.inside_rotary or not any(getattr(a, "dtype", None) == torch.float64 for a in args):
            return func(*args, **kwargs)
        if func is torch.Tensor.float:
            return args[0]
        args = tuple(torch.float64 if a is torch.float32 else a for a in args)
        kwargs = {k: torch.float64 if v is torch.float32 else v for k, v in kwargs.items()}
        result = func(*args, **kwargs)
        if getattr(result, "dtype", None) == torch.float32:
            self.downcasts.add(getattr(func, "__name__", str(func)))
        return result
