# Sourced by the launchers, which lie beside the pom of their module. Defines
#
#   [MAVEN_PROFILE=NAME] launch MODULE MAIN_CLASS [ARGUMENT...]
#
# which finds a JDK, builds what is out of date and becomes the JVM that runs the class. MODULE is the module's folder below the
# root, MAVEN_PROFILE the profile that the module is built in, if it is not part of every build. Arguments of the form -Dname=value
# and -Xsetting go to the JVM, the others to the program, and after "--" all of them do. The heap is limited to 3 GiB (-Xmx for
# another). With LANNER_NO_BUILD set, the classes are taken as they are: for tests, which must not start a build inside the one
# that runs them. Written for bash 3.2, which macOS has.

readonly JDK_NEEDED=25
LANNER_HOME=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly LANNER_HOME

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

# Finds TornadoVM's SDK: TORNADOVM_HOME, or if that is not set where SDKMAN puts it. Says what it found; fails without a word if there
# is none, since the program's own error says what to do.
find_tornado() {
    local sdkman=~/.sdkman/candidates/tornadovm/current
    if [[ -z ${TORNADOVM_HOME:-} && -e $sdkman/etc/tornado.backend ]]; then
        export TORNADOVM_HOME=$sdkman
        echo "TornadoVM: $TORNADOVM_HOME (TORNADOVM_HOME not set)" >&2
    elif [[ -e ${TORNADOVM_HOME:-}/etc/tornado.backend ]]; then
        echo "TornadoVM: $TORNADOVM_HOME" >&2
    else
        return 1
    fi
}

# Prints the modules that a program of the module $1 runs with: a module in the folder of another needs that one too, and the
# TornadoVM backend is only there where Maven builds it for the module.
modules() {
    echo tensor backend-cpu nn hstu
    [[ $1 != */* ]] || echo "${1%/*}"
    echo "$1"
    if [[ -e ${TORNADOVM_HOME:-}/etc/tornado.backend ]] && grep -q lanner-backend-tornado "$LANNER_HOME/$1/pom.xml"; then
        echo backend-tornado
    fi
}

# Prints the file that tells when the module $1 was compiled. Maven writes it anew each time it compiles something there: the
# descriptor, or in a module without one the list of libraries, which follows the compiler.
compiled() {
    if [[ -e $1/src/main/java/module-info.java ]]; then
        echo "$1/target/classes/module-info.class"
    else
        echo "$1/target/launch.classpath"
    fi
}

# Succeeds if the classes that the module $1 runs with are newer than their sources. A file that changed nothing when it was
# compiled, such as a resource, is older than the stamp of the last build from here.
is_built() {
    local module jar compiled libraries=$1/target/launch.classpath stamp=$1/target/launch.stamp
    local -a jars
    cd -- "$LANNER_HOME"
    [[ -s $libraries ]] || return 1
    [[ -e $stamp ]] || stamp=$libraries
    IFS=: read -r -a jars <"$libraries" || true
    for jar in "${jars[@]}"; do
        [[ -e $jar ]] || return 1
    done
    [[ -z $(find pom.xml -newer "$stamp") ]] || return 1
    for module in $(modules "$1"); do
        compiled=$(compiled "$module")
        [[ -e $compiled ]] || return 1
        [[ -z $(find "$module/pom.xml" "$module/src/main" -newer "$compiled" -newer "$stamp" -print | head -n 1) ]] || return 1
    done
}

# Builds the module $1 and what it needs with the JDK at $2. Maven's output is shown only if it fails.
build() {
    local target=$LANNER_HOME/$1/target status=0
    command -v mvn >/dev/null || {
        echo "Lanner is built with Maven, and mvn is not on the PATH: install Maven 3.8.6 or newer." >&2
        return 2
    }
    echo "Building Lanner; the first time this also downloads its libraries ..." >&2
    mkdir -p "$target"
    # A source that is saved while Maven runs must be newer than the stamp.
    touch "$target/launch.stamp.new"
    (cd -- "$LANNER_HOME" && JAVA_HOME=$2 mvn -B -ntp -q ${MAVEN_PROFILE:+"-P$MAVEN_PROFILE"} -pl "$1" -am \
        -Djacoco.skip -Denforcer.skip compile) >"$target/launch.log" 2>&1 </dev/null || status=$?
    if [[ $status -ne 0 ]]; then
        cat "$target/launch.log" >&2
        echo "The build failed: mvn exited with $status." >&2
        return "$status"
    fi
    mv -- "$target/launch.stamp.new" "$target/launch.stamp"
}

launch() {
    local folder=$1 main=$2 jdk module classpath='' argument
    local -a jvm=(-Xmx3g --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED) program=()
    shift 2
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
        # compile is run as sequential Java with wrong results. Without an SDK the program says how to get one.
        if [[ $argument == -Dbackend=tornado ]] && find_tornado && [[ -r $TORNADOVM_HOME/tornado-argfile ]]; then
            jvm+=("@$TORNADOVM_HOME/tornado-argfile" -Dtornado.recover.bailout=False)
        fi
    done

    jdk=$(find_jdk) || exit
    [[ -n ${LANNER_NO_BUILD:-} ]] || (is_built "$folder") || build "$folder" "$jdk" || exit
    for module in $(modules "$folder"); do
        classpath+=$LANNER_HOME/$module/target/classes:
    done
    classpath+=$(<"$LANNER_HOME/$folder/target/launch.classpath")
    # For programs that keep figures; not of a repository that this is only unpacked in.
    if [[ -e $LANNER_HOME/.git ]]; then
        jvm=("-Dlanner.commit=$(git -C "$LANNER_HOME" describe --always --dirty --exclude='*' 2>/dev/null || echo unknown)" "${jvm[@]}")
    fi
    exec "$jdk/bin/java" "${jvm[@]}" -cp "$classpath" "$main" ${program[@]+"${program[@]}"}
}
