// The loops between a network's convolutions, written once for every device: each value is computed by one turn of
// EACH, in an order that does not depend on how the turns are divided. Included twice: as C, and as the text that NVRTC
// compiles. Hence no line of the preprocessor, and nothing that only one of both knows.
//
// Activations lie as [C, H, W]. Sums over pixels are as in CVectorKernels: single precision within runs of 256, double
// between them. Sums over a gradient's values are double throughout: products of two floats are exact there, so that
// compilers may fuse them or not. 64 neighbouring turns take neighbouring values.

ASSAY_KERNELS(

KERNEL silu_keeping_derivative(float *z, float *y, long count) {
    EACH(i, count) {
        float value = z[i];
        float s = 1.0f / (1.0f + expf(-value));
        float product = value * s;
        y[i] = product;
        z[i] = s + product * (1.0f - s);
    }
}

KERNEL silu(const float *z, float *y, long count) {
    EACH(i, count) {
        float value = z[i];
        y[i] = value * (1.0f / (1.0f + expf(-value)));
    }
}

KERNEL leaky_keeping_derivative(float *z, float *y, float slope, long count) {
    EACH(i, count) {
        float derivative = z[i] > 0.0f ? 1.0f : slope;
        y[i] = z[i] * derivative;
        z[i] = derivative;
    }
}

KERNEL leaky(const float *z, float *y, float slope, long count) {
    EACH(i, count) {
        y[i] = z[i] > 0.0f ? z[i] : z[i] * slope;
    }
}

KERNEL multiply(float *to, const float *by, long count) {
    EACH(i, count) { to[i] *= by[i]; }
}

KERNEL add_to(float *to, const float *from, long count) {
    EACH(i, count) { to[i] += from[i]; }
}

KERNEL add_up(float *to, const float *a, const float *b, long count) {
    EACH(i, count) { to[i] = a[i] + b[i]; }
}

KERNEL max_pool(
    const float *from, float *to, int *index, long planes, int height, int width, int kernel, int stride, int padding,
    int out_height, int out_width) {
    EACH(i, planes * out_height * out_width) {
        int x = (int)(i % out_width);
        int y = (int)(i / out_width % out_height);
        const float *plane = from + i / out_width / out_height * height * width;
        int top = y * stride - padding;
        int left = x * stride - padding;
        int bottom = top + kernel < height ? top + kernel : height;
        int right = left + kernel < width ? left + kernel : width;
        top = top > 0 ? top : 0;
        left = left > 0 ? left : 0;
        float best = 0.0f;
        int winner = -1;
        for (int v = top; v < bottom; v++)
            for (int u = left; u < right; u++) {
                float value = plane[(long)v * width + u];
                if (winner < 0 || value > best || value != value) {
                    best = value;
                    winner = v * width + u;
                }
            }
        to[i] = best;
        index[i] = winner;
    }
}

KERNEL max_pool_backward(
    const float *gradient, const int *index, float *to, long planes, int height, int width, int kernel, int stride,
    int padding, int out_height, int out_width) {
    EACH(i, planes * height * width) {
        int pixel = (int)(i % (height * (long)width));
        int y = pixel / width;
        int x = pixel % width;
        long first = i / width / height * out_height * out_width;
        int top = y + padding - kernel + 1;
        int left = x + padding - kernel + 1;
        int v = top > 0 ? (top + stride - 1) / stride : 0;
        int first_u = left > 0 ? (left + stride - 1) / stride : 0;
        float sum = to[i];
        for (; v <= (y + padding) / stride && v < out_height; v++)
            for (int u = first_u; u <= (x + padding) / stride && u < out_width; u++) {
                long at = first + (long)v * out_width + u;
                if (index[at] == pixel) sum += gradient[at];
            }
        to[i] = sum;
    }
}

KERNEL upsample(const float *from, float *to, long planes, int height, int width, int factor) {
    EACH(i, planes * height * width * factor * factor) {
        long out_width = (long)width * factor;
        long x = i % out_width / factor;
        long y = i / out_width % ((long)height * factor) / factor;
        long plane = i / out_width / ((long)height * factor);
        to[i] = from[(plane * height + y) * width + x];
    }
}

KERNEL upsample_backward(
    const float *gradient, float *to, long planes, int height, int width, int factor, int accumulate) {
    EACH(i, planes * height * width) {
        long x = i % width;
        long row = i / width;
        float sum = 0.0f;
        for (int v = 0; v < factor; v++)
            for (int u = 0; u < factor; u++)
                sum += gradient[((row * factor + v) * width + x) * factor + u];
        to[i] = accumulate ? to[i] + sum : sum;
    }
}

KERNEL pixel_shuffle(const float *from, float *to, long planes, int rows, int columns, int factor, int backward) {
    EACH(i, planes * rows * columns * factor * factor) {
        long width = (long)columns * factor;
        long x = i % width;
        long y = i / width % ((long)rows * factor);
        long plane = i / width / ((long)rows * factor);
        long part = (plane * factor + y % factor) * factor + x % factor;
        long before = (part * rows + y / factor) * columns + x / factor;
        if (backward)
            to[before] = from[i];
        else
            to[i] = from[before];
    }
}

KERNEL softmax_rows(float *scores, long rows, long length) {
    EACH(row, rows) {
        float *score = scores + row * length;
        float most = score[0];
        for (long i = 1; i < length; i++) most = score[i] > most ? score[i] : most;
        float sum = 0.0f;
        for (long i = 0; i < length; i++) {
            score[i] = expf(score[i] - most);
            sum += score[i];
        }
        float part = 1.0f / sum;
        for (long i = 0; i < length; i++) score[i] *= part;
    }
}

KERNEL softmax_rows_backward(const float *weights, float *gradients, long rows, long length, float scale) {
    EACH(row, rows) {
        const float *weight = weights + row * length;
        float *gradient = gradients + row * length;
        float mean = 0.0f;
        for (long i = 0; i < length; i++) mean += weight[i] * gradient[i];
        for (long i = 0; i < length; i++) gradient[i] = scale * weight[i] * (gradient[i] - mean);
    }
}

KERNEL batch_sums(
    const float *z, const float *shift, double *sum, double *squares, long channels, long pixels, long runs) {
    EACH(i, channels * runs) {
        long channel = i / runs;
        long start = i % runs * 256;
        long end = start + 256 < pixels ? start + 256 : pixels;
        const float *from = z + channel * pixels;
        float offset = shift[channel];
        float s = 0.0f;
        float q = 0.0f;
        for (long p = start; p < end; p++) {
            float value = from[p] - offset;
            s += value;
            q += value * value;
        }
        sum[i] = s;
        squares[i] = q;
    }
}

KERNEL normalize_activate(
    const float *z, float *y, const float *scale, const float *offset, long channels, long pixels, int is_silu,
    float slope) {
    EACH(i, channels * pixels) {
        float u = scale[i / pixels] * z[i] + offset[i / pixels];
        y[i] = is_silu ? u * (1.0f / (1.0f + expf(-u))) : u > 0.0f ? u : u * slope;
    }
}

KERNEL normalize_backward_sums(
    const float *z, float *gradient, const float *scale, const float *offset, const float *shift, double *sum,
    double *products, long channels, long pixels, long runs, int is_silu, float slope) {
    EACH(i, channels * runs) {
        long channel = i / runs;
        long start = channel * pixels + i % runs * 256;
        long end = start + 256 < (channel + 1) * pixels ? start + 256 : (channel + 1) * pixels;
        float s = 0.0f;
        float q = 0.0f;
        for (long p = start; p < end; p++) {
            float u = scale[channel] * z[p] + offset[channel];
            float derivative = u > 0.0f ? 1.0f : slope;
            if (is_silu) {
                float l = 1.0f / (1.0f + expf(-u));
                derivative = l + u * l * (1.0f - l);
            }
            float arriving = gradient[p] * derivative;
            gradient[p] = arriving;
            s += arriving;
            q += arriving * (z[p] - shift[channel]);
        }
        sum[i] = s;
        products[i] = q;
    }
}

KERNEL normalize_backward(
    const float *z, float *gradient, const float *by_gradient, const float *by_value, const float *constant,
    long channels, long pixels) {
    EACH(i, channels * pixels) {
        long channel = i / pixels;
        gradient[i] = by_gradient[channel] * gradient[i] + by_value[channel] * z[i] + constant[channel];
    }
}

KERNEL add_runs(const double *parts, double *sum, long channels, long runs) {
    EACH(channel, channels) {
        double total = 0.0;
        for (long run = 0; run < runs; run++) total += parts[channel * runs + run];
        sum[channel] = total;
    }
}

KERNEL unfold_lanes(const float *gradient, const float *weight, double *lanes, long channels, long per) {
    EACH(i, channels * 64) {
        long channel = i / 64;
        double sum = 0.0;
        for (long at = i % 64; at < per; at += 64)
            sum += (double)gradient[channel * per + at] * (double)weight[channel * per + at];
        lanes[i] = sum;
    }
}

KERNEL unfold_scales(
    const double *products, const float *bias_gradient, const float *inverse_deviation, const float *mean, float *gamma,
    long channels) {
    EACH(channel, channels) {
        double centred = products[channel] - (double)bias_gradient[channel] * (double)mean[channel];
        gamma[channel] = (float)(centred * (double)inverse_deviation[channel]);
    }
}

KERNEL scale_channels(float *gradient, const float *scale, long channels, long per) {
    EACH(i, channels * per) { gradient[i] *= scale[i / per]; }
}

KERNEL square_lanes(const float *gradient, const int *tiles, double *lanes, long count) {
    EACH(i, count * 64) {
        const float *from = gradient + tiles[i / 64 * 2];
        int length = tiles[i / 64 * 2 + 1];
        double sum = 0.0;
        for (int at = (int)(i % 64); at < length; at += 64) {
            double value = from[at];
            sum += value * value;
        }
        lanes[i] = sum;
    }
}

KERNEL add_buckets(const float *gradient, const int *starts, const int *places, double *buckets, long count) {
    EACH(bucket, count) {
        double sum = 0.0;
        for (int at = starts[bucket]; at < starts[bucket + 1]; at++) {
            int place = places[at];
            if (place >= 0)
                sum += (double)gradient[place];
            else
                sum -= (double)gradient[-1 - place];
        }
        buckets[bucket] = sum;
    }
}

)
