#include "CBuildFacts.h"

#ifndef ASSAY_COMMIT
#define ASSAY_COMMIT ""
#endif
#ifndef ASSAY_DOCUMENTATION
#define ASSAY_DOCUMENTATION ""
#endif

const char *assay_build_commit(void) { return ASSAY_COMMIT; }
const char *assay_build_documentation(void) { return ASSAY_DOCUMENTATION; }
