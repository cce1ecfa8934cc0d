"""The shapes that travel, as annotations that beartype checks while the tests run.

The names inside one alias bind across the arguments of a call: `images` (n, c, h, w) and `labels`
(n,) must agree on n.
"""

import numpy as np
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

Pixels = UInt8[np.ndarray, "rows columns channels"]
"""A picture's content as it was stored: 0..255, (h, w, c), c = 1 or 3."""

Stored = UInt8[Tensor, "n c h w"]
"""Pictures of one size as the data set keeps them: 0..255."""

Image = Float[Tensor, "c h w"]
"""One picture as a network sees it: normalised."""

Images = Float[Tensor, "n c h w"]
"""A batch of them."""

Labels = Int64[Tensor, " n"]
"""True class indices."""

Points = Float[Tensor, "n p 2"]
"""Places in images, (x, y) in pixels: whole numbers are pixel centres; NaN where not known."""

Targets = Int64[Tensor, " n"] | Float[Tensor, "n k"] | Points
"""What a net should give for each image: a class, a share of each class (mixup), or points."""

Logits = Float[Tensor, "n k"]
"""Raw class scores."""

FeatureMaps = Float[Tensor, "n maps map_h map_w"]
"""What a layer answers: one map per filter."""

Attributions = Float[Tensor, "n _ h w"]
"""Signed importance of each pixel."""
