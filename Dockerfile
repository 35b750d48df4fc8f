# ChatApp without a database: name one with ConnectionStrings__ChatApp, as docker-compose.yml does. The container listens on port 8080.

FROM node:22-bookworm-slim AS npm
WORKDIR /src
COPY package.json package-lock.json ./
# Only the pages' scripts: the private PostgreSQL server and the tests' tools stay out of the image.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
WORKDIR /src
# First what decides about packages, so that a change of the code does not restore them again.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY ChatApp.Domain/ChatApp.Domain.csproj ChatApp.Domain/packages.lock.json ChatApp.Domain/
COPY ChatApp.Data/ChatApp.Data.csproj ChatApp.Data/packages.lock.json ChatApp.Data/
COPY ChatApp.Web/ChatApp.Web.csproj ChatApp.Web/packages.lock.json ChatApp.Web/
COPY migrations/ChatApp.Migrations.csproj migrations/packages.lock.json migrations/
RUN dotnet restore ChatApp.Web --locked-mode
COPY . .
COPY --from=npm /src/node_modules node_modules
# The build runs npm itself when this file is older than package-lock.json, which a cached layer can be; there is no npm here.
RUN touch node_modules/.package-lock.json \
    && dotnet publish ChatApp.Web -c Release --no-restore -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
# Not ASPNETCORE_HTTP_PORTS: the Urls of appsettings.json would win over it.
ENV URLS=http://+:8080
EXPOSE 8080
USER $APP_UID
# The image has neither curl nor wget; bash can open the connection itself.
HEALTHCHECK --interval=10s --timeout=3s --start-period=90s --retries=3 CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/live HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r status <&3 && [[ $status == *' 200 '* ]]"]
ENTRYPOINT ["dotnet", "ChatApp.Web.dll"]
