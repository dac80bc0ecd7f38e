# Sourced by the launchers in this folder. Defines
#
#   launch MAIN_CLASS [ARGUMENT...]
#
# which finds a JDK, builds what is out of date and becomes the JVM that runs the class. Arguments of the form -Dname=value and
# -Xsetting go to the JVM, the others to the program, and after "--" all of them do. The heap is limited to 3 GiB (-Xmx for another). With LANNER_NO_BUILD set, the classes are taken as they
# are: for tests, which must not start a build inside the one that runs them. Written for bash 3.2, which macOS has.

readonly JDK_NEEDED=25
LANNER_HOME=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly LANNER_HOME
readonly LIBRARIES=$LANNER_HOME/examples/target/launch.classpath
readonly STAMP=$LANNER_HOME/examples/target/launch.stamp

# Succeeds if $1 is the home of a JDK that is new enough. Reads its release file, since starting it would take longer.
is_jdk() {
    local version
    [[ -x $1/bin/javac && -r $1/release ]] || return 1
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
    [[ -n $version && $version -ge $JDK_NEEDED ]]
}

# Prints the home of a JDK.
find_jdk() {
    local java home
    local -a homes=()
    [[ -n ${JAVA_HOME:-} ]] && homes+=("$JAVA_HOME")
    if java=$(command -v java); then
        java=$(realpath -- "$java")
        homes+=("${java%/bin/java}")
    fi
    homes+=(/usr/lib/jvm/* ~/.sdkman/candidates/java/* ~/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home)
    for home in "${homes[@]}"; do
        if is_jdk "$home"; then
            printf '%s\n' "$home"
            return
        fi
    done
    echo "Lanner needs a JDK $JDK_NEEDED or newer: install one (for example from https://adoptium.net) and set JAVA_HOME to it." >&2
    return 2
}

# Prints the modules that a program runs with: the TornadoVM backend only where Maven builds it.
modules() {
    echo tensor backend-cpu nn hstu examples
    [[ ! -e ${TORNADOVM_HOME:-}/etc/tornado.backend ]] || echo backend-tornado
}

# Succeeds if every module's classes are newer than its sources. A file that changed nothing when it was compiled, such as a
# resource, is older than the stamp of the last build from here.
is_built() {
    local module jar stamp=$LIBRARIES
    local -a jars
    [[ -s $LIBRARIES ]] || return 1
    [[ -e $STAMP ]] && stamp=$STAMP
    IFS=: read -r -a jars <"$LIBRARIES" || true
    for jar in "${jars[@]}"; do
        [[ -e $jar ]] || return 1
    done
    cd -- "$LANNER_HOME"
    [[ -z $(find pom.xml -newer "$stamp") ]] || return 1
    for module in $(modules); do
        [[ -e $module/target/classes/module-info.class ]] || return 1
        [[ -z $(find "$module/pom.xml" "$module/src/main" \
            -newer "$module/target/classes/module-info.class" -newer "$stamp" -print | head -n 1) ]] || return 1
    done
}

# Builds with the JDK at $1. Maven's output is shown only if it fails.
build() {
    local log status=0
    command -v mvn >/dev/null || {
        echo "Lanner is built with Maven, and mvn is not on the PATH: install Maven 3.8.6 or newer." >&2
        return 2
    }
    echo "Building Lanner; the first time this also downloads its libraries ..." >&2
    mkdir -p "$LANNER_HOME/examples/target"
    log=$LANNER_HOME/examples/target/launch.log
    # A source that is saved while Maven runs must be newer than the stamp.
    touch "$STAMP.new"
    (cd -- "$LANNER_HOME" && JAVA_HOME=$1 mvn -B -ntp -q -pl examples -am -Djacoco.skip -Denforcer.skip compile) \
        >"$log" 2>&1 </dev/null || status=$?
    if [[ $status -ne 0 ]]; then
        cat "$log" >&2
        echo "The build failed: mvn exited with $status." >&2
        return "$status"
    fi
    mv -- "$STAMP.new" "$STAMP"
}

launch() {
    local main=$1 jdk module classpath='' argument
    local -a jvm=(-Xmx3g --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED) program=()
    shift
    while [[ $# -gt 0 ]]; do
        argument=$1
        shift
        case $argument in
            --)
                program+=("$@")
                break
                ;;
            -D?* | -X?*) jvm+=("$argument") ;;
            *) program+=("$argument") ;;
        esac
        # TornadoVM's JIT compiler comes into the JVM through its argument file. Without the property a kernel that does not
        # compile is run as sequential Java with wrong results.
        if [[ $argument == -Dbackend=tornado && -r ${TORNADOVM_HOME:-}/tornado-argfile ]]; then
            jvm+=("@$TORNADOVM_HOME/tornado-argfile" -Dtornado.recover.bailout=False)
        fi
    done

    jdk=$(find_jdk) || exit
    [[ -n ${LANNER_NO_BUILD:-} ]] || (is_built) || build "$jdk" || exit
    for module in $(modules); do
        classpath+=$LANNER_HOME/$module/target/classes:
    done
    classpath+=$(<"$LIBRARIES")
    exec "$jdk/bin/java" "${jvm[@]}" -cp "$classpath" "$main" ${program[@]+"${program[@]}"}
}
