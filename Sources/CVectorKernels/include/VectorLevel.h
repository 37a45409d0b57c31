#pragma once

// The level of vector instructions that functions with several versions are picked for: "x86-64-v4", "x86-64-v3",
// "default". Sums may differ in their last bits from level to level.
const char *assay_vector_level(void);
