# Prerequisites of the scripts, sourced by run, test and .ci/run. Installs missing Debian packages as root, otherwise says what to install.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

fail() {
  echo "$*" >&2
  exit 1
}

# install COMMAND PACKAGE...: installs the packages unless COMMAND exists.
install() {
  local command=$1
  shift
  command -v "$command" >/dev/null && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing $*"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
  fi
  command -v "$command" >/dev/null || fail "ChatApp needs '$command'. Install it (on Debian: sudo apt-get install $*) and try again."
}

need_build_tools() {
  command -v dotnet >/dev/null || fail "ChatApp needs the .NET 10 SDK: https://dotnet.microsoft.com/download"
  case $(dotnet --version 2>/dev/null) in
    10.*) ;;
    *) fail "ChatApp needs the .NET 10 SDK; this machine has: $(dotnet --list-sdks | tr '\n' ' ')" ;;
  esac
  install node nodejs npm
  install npm npm
}
