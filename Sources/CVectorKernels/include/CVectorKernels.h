#pragma once

#include "SHA256.h"
#include "TensorKernels.h"
