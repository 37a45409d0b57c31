// Three functions that glibc 2.35 and GCC 12 gave new versions, as whatever version the system has.
//
// Everything else that the packages hold asks for glibc 2.34 and GCC 11 or less; these three would keep it from RHEL 9,
// Amazon Linux 2023 and whatever else has those. scripts/package links this file with --wrap, so that they are found by
// name when the program starts: on a system with the new version it is the new one, as without this file.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

typedef double (*Hypot)(double, double);
typedef float (*HypotF)(float, float);
typedef void (*Wait)(void *condition, void *lock);

static Hypot system_hypot;
static HypotF system_hypotf;
static Wait system_wait;

// std::condition_variable::wait(std::unique_lock<std::mutex>&), which Foundation's ICU calls.
#define WAIT _ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE
#define TEXT_(name) #name
#define TEXT(name) TEXT_(name)
#define WRAP_(name) __wrap_##name
#define WRAP(name) WRAP_(name)

static void *found(const char *name) {
    void *place = dlsym(RTLD_DEFAULT, name);
    if (place == NULL) abort();
    return place;
}

__attribute__((constructor(101))) static void find(void) {
    system_hypot = (Hypot)found("hypot");
    system_hypotf = (HypotF)found("hypotf");
    system_wait = (Wait)found(TEXT(WAIT));
}

double WRAP(hypot)(double x, double y);
double WRAP(hypot)(double x, double y) { return system_hypot(x, y); }

float WRAP(hypotf)(float x, float y);
float WRAP(hypotf)(float x, float y) { return system_hypotf(x, y); }

void WRAP(WAIT)(void *condition, void *lock);
void WRAP(WAIT)(void *condition, void *lock) { system_wait(condition, lock); }
