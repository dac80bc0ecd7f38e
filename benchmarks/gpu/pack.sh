# Sourced by benchmarks/Gpu, after scripts/launch.sh. Defines
#
#   pack DIR [--jdk] [--sdk]
#
# which makes the folder that benchmarks/gpu/run works in.

pack_usage() {
    cat <<'END'
Usage: benchmarks/Gpu --pack DIR [--jdk] [--sdk]
Packs the comparison with PyTorch on a GPU into a new folder DIR, 13 MB. It needs nothing else of this checkout, no Maven
and no network.
  --jdk   put a JDK into it, linked from JAVA_HOME for this operating system and processor (68 MB)
  --sdk   put the TornadoVM SDK at TORNADOVM_HOME into it (48 MB)

Carry DIR to a Linux machine with an NVIDIA GPU and its driver, and start DIR/run (see DIR/run --help). What it needs there:
  a JDK 25 in JAVA_HOME, unless --jdk put one into DIR
  a TornadoVM SDK 5.2.0-jdk25 in TORNADOVM_HOME, unless --sdk put one into DIR; its backend (OpenCL, PTX or CUDA) is the one used
  python3 with torch, for the other side; without it the table has Lanner's times alone
  for the CUDA backend: libnvrtc, of the CUDA toolkit or of PyTorch
  for OpenCL: the driver's libnvidia-opencl.so.1. The loader libOpenCL.so.1 is put into DIR, where this machine has one.
END
}

# Links a JDK from $1 into $2 with the modules that TornadoVM and Lanner run with.
link_jdk() {
    local modules=java.se,jdk.incubator.vector,jdk.internal.vm.ci,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs
    # Its name depends on the JDK's vendor; the SDK brings the module that takes its place.
    local compiler
    for compiler in jdk.graal.compiler jdk.internal.vm.compiler; do
        "$1/bin/java" --list-modules | grep -q "^$compiler@" && modules+=,$compiler
    done
    "$1/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --compress zip-6 --output "$2"
}

pack() {
    local folder='' with_jdk='' with_sdk='' jdk module jar library
    local -a jars
    while [[ $# -gt 0 ]]; do
        case $1 in
            --jdk) with_jdk=yes ;;
            --sdk) with_sdk=yes ;;
            -h | --help)
                pack_usage
                return
                ;;
            -*)
                echo "Gpu: --pack knows no option $1; see benchmarks/Gpu --pack --help" >&2
                return 2
                ;;
            *) folder=$1 ;;
        esac
        shift
    done
    if [[ -z $folder || -e $folder ]]; then
        echo "Gpu: --pack takes a folder that is not there yet, found \"$folder\"; see benchmarks/Gpu --pack --help" >&2
        return 2
    fi
    find_tornado || {
        echo "Gpu: --pack takes the TornadoVM backend along, which is built where TORNADOVM_HOME names an SDK; see docs/gpu.md" >&2
        return 2
    }
    jdk=$(find_jdk)
    [[ -n ${LANNER_NO_BUILD:-} ]] || (is_built benchmarks) || build benchmarks "$jdk"

    mkdir -p "$folder/classes" "$folder/lib"
    folder=$(cd -- "$folder" && pwd -P)
    cd -- "$LANNER_HOME"
    for module in $(modules benchmarks); do
        cp -R "$module/target/classes" "$folder/classes/${module//\//-}"
    done
    IFS=: read -r -a jars <benchmarks/target/launch.classpath || true
    for jar in "${jars[@]}"; do
        case ${jar##*/} in
            # Charts, JMH and the approximate index, which the comparison does not use.
            xchart-* | VectorGraphics2D-* | jmh-* | jopt-simple-* | commons-math3-* | eclipse-collections-* | hnswlib-*) ;;
            *) cp "$jar" "$folder/lib/" ;;
        esac
    done
    cp benchmarks/gpu/run benchmarks/gpu/peer.py "$folder/"
    library=$(ldconfig -p 2>/dev/null | sed -n 's/.*libOpenCL\.so\.1 .*=> //p' | head -n 1) || true
    if [[ -n $library ]]; then
        mkdir "$folder/opencl"
        cp -L "$library" "$folder/opencl/libOpenCL.so.1"
    fi
    [[ -z $with_jdk ]] || link_jdk "$jdk" "$folder/jdk"
    if [[ -n $with_sdk ]]; then
        mkdir "$folder/tornadovm"
        cp -R "$TORNADOVM_HOME"/{etc,lib,share,tornado-argfile.template} "$folder/tornadovm/"
        # Programs of TornadoVM's own, and what they alone need.
        rm -f -- "$folder"/tornadovm/share/java/tornado/{tornado-{benchmarks,examples,fuzz,unittests},jmh-core,lucene-core}-*.jar
    fi
    du -sh "$folder"
}
