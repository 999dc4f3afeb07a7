"""The network and its weights. Knows tensors; not text, files of pixels, or sampling."""
