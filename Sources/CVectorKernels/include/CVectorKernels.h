#pragma once

#include "SHA256.h"
