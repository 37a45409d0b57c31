// What whoever builds the package says of the build: Package.swift hands it on from the environment.
#ifndef ASSAY_BUILD_FACTS_H
#define ASSAY_BUILD_FACTS_H

/// ASSAY_COMMIT: the commit that is built; empty where nobody has said it.
const char *assay_build_commit(void);
/// ASSAY_DOCUMENTATION: where the documents of this build are published; empty for nowhere.
const char *assay_build_documentation(void);

#endif
