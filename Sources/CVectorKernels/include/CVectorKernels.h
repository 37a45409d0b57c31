#pragma once

#include "AnchorKernels.h"
#include "SHA256.h"
#include "TensorKernels.h"
