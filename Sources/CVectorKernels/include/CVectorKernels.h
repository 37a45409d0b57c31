#pragma once

#include "AnchorKernels.h"
#include "AttentionKernels.h"
#include "BatchNormalization.h"
#include "LossKernels.h"
#include "SHA256.h"
#include "TensorKernels.h"
#include "VectorLevel.h"
#include "ViewKernels.h"
#include "Winograd.h"
