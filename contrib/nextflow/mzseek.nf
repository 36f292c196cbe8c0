#!/usr/bin/env nextflow
// nextflow run mzseek.nf --library library.h5 --queries 'runs/*.mzML' --settings '--precursor-tol 10ppm'

params.library = null
params.queries = null
params.settings = ''
params.outdir = 'reports'

process MZSEEK_SEARCH {
    tag "${queries.name}"
    cpus 2
    memory '2 GB'
    publishDir params.outdir, mode: 'copy'

    input:
    tuple path(library), path(queries)

    output:
    path "${queries.name}.csv", emit: report
    path "${queries.name}.csv.json", emit: provenance

    script:
    // Exit code 3: done, but some records could not be read; the log says which.
    """
    mzseek search ${library} ${queries} -o ${queries.name}.csv --threads ${task.cpus} ${params.settings} \\
        || [ \$? -eq 3 ]
    """
}

workflow {
    if (!params.library || !params.queries) {
        error 'give --library LIB.h5 and --queries FILES'
    }
    library = file(params.library, checkIfExists: true)
    queries = Channel.fromPath(params.queries, checkIfExists: true)
    MZSEEK_SEARCH(queries.map { [library, it] })
}
