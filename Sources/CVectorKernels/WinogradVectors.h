// Winograd's algorithm over vectors of one block of channels. Included once for each level of vector instructions, with
// LANES (channels of a block), GROUP (tiles whose products one loop makes: as many as the registers hold), ROWS (the same
// for the gradient of the weights) and NAMED(name), and compiled for that level.

#include <string.h>

#include "WinogradTiles.h"
#include "WinogradConvolution.h"
#include "WinogradGradient.h"
