# ChatApp without a database: set ConnectionStrings__ChatApp, as docker-compose.yml does. The container listens on port 8080.

FROM node:22-bookworm-slim AS npm
WORKDIR /src
COPY package.json package-lock.json ./
# The pages' scripts only, without the private PostgreSQL and the tests' tools.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
WORKDIR /src
# The package files first, so that a code change does not restore packages again.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY ChatApp.Domain/ChatApp.Domain.csproj ChatApp.Domain/packages.lock.json ChatApp.Domain/
COPY ChatApp.Data/ChatApp.Data.csproj ChatApp.Data/packages.lock.json ChatApp.Data/
COPY ChatApp.Web/ChatApp.Web.csproj ChatApp.Web/packages.lock.json ChatApp.Web/
COPY migrations/ChatApp.Migrations.csproj migrations/packages.lock.json migrations/
RUN dotnet restore ChatApp.Web --locked-mode
COPY . .
COPY --from=npm /src/node_modules node_modules
# The build would run npm, which this stage lacks, if this file were older than package-lock.json, as it can be in a cached layer.
RUN touch node_modules/.package-lock.json \
    && dotnet publish ChatApp.Web -c Release --no-restore -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
# All addresses; the default is localhost only.
ENV ASPNETCORE_HTTP_PORTS=8080
EXPOSE 8080
USER $APP_UID
# The image has neither curl nor wget, so bash opens the connection.
HEALTHCHECK --interval=10s --timeout=3s --start-period=90s --retries=3 CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/live HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r status <&3 && [[ $status == *' 200 '* ]]"]
ENTRYPOINT ["dotnet", "ChatApp.Web.dll"]
